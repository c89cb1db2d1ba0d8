import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Binaries, type RunningPostgres, startPostgres } from '@bearmq/test-database';
import { Missed } from '../faults/missed.ts';
import { monotonicMs } from '../ledger/now.ts';
import { surely } from './admin.ts';
import { Link } from './link.ts';
import { pauseServer } from './pause-server.ts';
import { endServer, type Lost, SETTINGS, type ServerEnd, serverFolder, startAgain, type Tortured } from './server.ts';
import { hasSyncStandby, logEnd, promote, REPLICATION_SETTINGS, startStandby, waitFor } from './standby.ts';

const PAIR_SETTINGS = { ...SETTINGS, ...REPLICATION_SETTINGS };
const CAUGHT_UP_MS = 10_000;
const POLL_MS = 20;

/** A primary and its synchronous standby, behind one address that leads to whichever is the primary. */
export class Pair implements Tortured {
  readonly url: string;
  readonly label: string;
  readonly #binaries: Binaries;
  readonly #folder: string;
  readonly #front: Link;
  #primary: RunningPostgres;
  /** Between the primary and its standby. */
  #wire: Link | undefined;
  /** Made, or being made of the primary, which must not be ended meanwhile. */
  #standby: Promise<RunningPostgres>;
  #made = 1;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(binaries: Binaries, folder: string, primary: RunningPostgres, front: Link) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#primary = primary;
    this.#front = front;
    this.#standby = this.#makeStandby();
    this.url = front.url;
    this.label = `${primary.label}, a primary and its standby behind port ${new URL(front.url).port}`;
  }

  static async start(parent: string, binaries: Binaries): Promise<Pair> {
    const folder = serverFolder(parent);
    const primary = await startPostgres(binaries, { dataDir: join(folder, 'cluster 0'), settings: PAIR_SETTINGS });
    const pair = new Pair(binaries, folder, primary, await Link.open(primary.url));
    await pair.#standby;
    return pair;
  }

  async restart(end: ServerEnd, downMs: number): Promise<void> {
    await this.#inTurn(async () => {
      await this.#standby;
      await endServer(this.#primary, end);
      await wait(downMs);
      this.#primary = await startAgain(this.#binaries, this.#primary, PAIR_SETTINGS);
    });
  }

  /** Only the primary. */
  async pause(ms: number): Promise<void> {
    await this.#inTurn(async () => {
      await this.#standby;
      await pauseServer(this.#primary.pid, ms);
    });
  }

  /** @throws Missed when the standby cannot catch up */
  async failOver(end: ServerEnd): Promise<void> {
    await this.#inTurn(async () => {
      const standby = await this.#standby;
      await this.#caughtUp();
      await this.#replace(standby, end);
    });
  }

  /**
   * The standby no longer gets what the primary commits, and nobody waits for it; then the primary ends for good.
   *
   * @throws Missed when the standby cannot catch up before
   */
  async loseCommits(ms: number): Promise<Lost> {
    return await this.#inTurn(async () => {
      const standby = await this.#standby;
      await this.#caughtUp();
      const from = monotonicMs();
      const begin = await surely(this.#primary.url, async (client) => {
        await waitFor(client, 'nobody');
        return await logEnd(client);
      });
      const end = this.#wire?.freeze();
      await wait(ms);
      const bytes = (await surely(this.#primary.url, logEnd)) - begin;
      await endServer(this.#primary, 'kill');
      const to = monotonicMs();
      end?.();
      await this.#replace(standby, undefined);
      return { from, to, bytes };
    });
  }

  async remove(): Promise<void> {
    await this.#turn;
    await this.#front.close();
    await Promise.all([(await this.#standby).stop(), this.#primary.stop()]);
    await this.#wire?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async undisturbed<T>(act: () => Promise<T>): Promise<T> {
    return await this.#inTurn(act);
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return await turn;
  }

  /** The standby takes the place of the primary, which has ended already if `end` does not say how. */
  async #replace(standby: RunningPostgres, end: ServerEnd | undefined): Promise<void> {
    if (end !== undefined) await endServer(this.#primary, end);
    this.#front.cut(); // what is left of a killed server may still answer
    await promote(standby);
    this.#primary = standby;
    this.#front.redirect(standby.url);
    this.#standby = this.#makeStandby();
    this.#standby.catch(() => {}); // whoever comes next fails of it
  }

  async #makeStandby(): Promise<RunningPostgres> {
    const dataDir = join(this.#folder, `cluster ${this.#made}`);
    this.#made += 1;
    await this.#wire?.close();
    this.#wire = await Link.open(this.#primary.url);
    return await startStandby(this.#binaries, { ...this.#primary, url: this.#wire.url }, dataDir, PAIR_SETTINGS);
  }

  /**
   * After a crash, what was committed just before is there to be seen, and the standby gets it only now: what somebody
   * has seen must not be undone.
   */
  async #caughtUp(): Promise<void> {
    for (const until = performance.now() + CAUGHT_UP_MS; ; await wait(POLL_MS)) {
      if (await surely(this.#primary.url, hasSyncStandby)) return;
      if (performance.now() > until) throw new Missed(`the standby is behind for ${CAUGHT_UP_MS / 1000} s`);
    }
  }
}
