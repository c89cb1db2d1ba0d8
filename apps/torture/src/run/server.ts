import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type Binaries,
  embeddedBinaries,
  type RunningPostgres,
  startPostgres,
  systemBinaries,
} from '@bearmq/test-database';

import { monotonicMs } from '../ledger/now.ts';
import { surely } from './admin.ts';
import { commitEarly, commitSafely, unwrittenBytes } from './early-commits.ts';
import { pauseServer } from './pause-server.ts';

/** How a server ends: SIGINT, SIGQUIT, SIGKILL. */
export type ServerEnd = 'fast' | 'immediate' | 'kill';

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

/**
 * Commits wait for the log as in production, or a killed server would lose what it had confirmed; that the log waits for
 * the disk makes a difference only when the machine goes down. Deadlocks are broken soon, so that they fit in a run.
 */
export const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'off',
  deadlock_timeout: '100ms',
  max_connections: '100',
};

/** What is tortured: a PostgreSQL at one address through all its lives. */
export interface Tortured {
  readonly url: string;
  readonly label: string;
  /** Ends the server, waits, and starts it again. One at a time: who comes second waits. */
  restart(end: ServerEnd, downMs: number): Promise<void>;
  /** Has it answer nothing for a while, its connections standing. */
  pause(ms: number): Promise<void>;
  /** Ends the server for good, and has its standby take its place. @throws Error when it never has one */
  failOver(end: ServerEnd): Promise<void>;
  /** Has it confirm commits before they are safe for so long, and then lose them: see {@link Lost}. */
  loseCommits(ms: number): Promise<Lost>;
  /** Does something while nothing of the above is done, so that what it commits stays. */
  undisturbed<T>(act: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/** Of what was committed between two moments, a part from some moment on is gone. By the machine's monotonic clock. */
export interface Lost {
  readonly from: number;
  readonly to: number;
  /** How much of the log is gone. */
  readonly bytes: number;
}

/** One server without a standby. */
export class Server implements Tortured {
  readonly url: string;
  readonly label: string;
  readonly #binaries: Binaries;
  readonly #folder: string;
  #running: RunningPostgres;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(binaries: Binaries, folder: string, running: RunningPostgres) {
    this.#binaries = binaries;
    this.#folder = folder;
    this.#running = running;
    this.url = running.url;
    this.label = `${running.label} on port ${running.port}`;
  }

  /** @throws Error when there is no PostgreSQL to start */
  static async start(parent: string): Promise<Server> {
    const binaries = (await embeddedBinaries()) ?? systemBinaries();
    if (binaries === undefined) throw new Error('npm has no PostgreSQL for this platform, and none is installed.');
    const folder = serverFolder(parent);
    const running = await startPostgres(binaries, { dataDir: join(folder, 'cluster'), settings: SETTINGS });
    return new Server(binaries, folder, running);
  }

  async restart(end: ServerEnd, downMs: number): Promise<void> {
    await this.#inTurn(async () => {
      await endServer(this.#running, end);
      await wait(downMs);
      this.#running = await startAgain(this.#binaries, this.#running, SETTINGS);
    });
  }

  async pause(ms: number): Promise<void> {
    await this.#inTurn(async () => await pauseServer(this.#running.pid, ms));
  }

  async loseCommits(ms: number): Promise<Lost> {
    return await this.#inTurn(async () => {
      const { url } = this.#running;
      const from = monotonicMs();
      const logWriter = await surely(url, commitEarly);
      process.kill(logWriter, 'SIGSTOP');
      await wait(ms);
      const bytes = await surely(url, unwrittenBytes);
      process.kill(this.#running.pid, SIGNALS.immediate);
      process.kill(logWriter, 'SIGKILL'); // or it would write when it goes on
      await this.#running.exited;
      await this.#running.stop();
      const to = monotonicMs();
      this.#running = await startAgain(this.#binaries, this.#running, SETTINGS);
      await surely(this.#running.url, commitSafely);
      return { from, to, bytes };
    });
  }

  async undisturbed<T>(act: () => Promise<T>): Promise<T> {
    return await this.#inTurn(act);
  }

  async failOver(): Promise<void> {
    throw new Error('this server has no standby');
  }

  async remove(): Promise<void> {
    await this.#running.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return await turn;
  }
}

/** A new folder for the data of servers. */
export function serverFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'bearmq-torture-'));
  chmodSync(folder, 0o755); // the server's account may be another
  return folder;
}

export async function endServer({ pid, exited, stop }: RunningPostgres, end: ServerEnd): Promise<void> {
  process.kill(pid, SIGNALS[end]);
  await exited;
  await stop();
}

/** Starts a server that has ended, on its data and at its port. */
export async function startAgain(
  binaries: Binaries,
  { dataDir, port }: RunningPostgres,
  settings: Readonly<Record<string, string>>,
): Promise<RunningPostgres> {
  return await startPostgres(binaries, { dataDir, port, settings });
}
