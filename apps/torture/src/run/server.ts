import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Binaries,
  embeddedBinaries,
  type RunningPostgres,
  startPostgres,
  systemBinaries,
} from '@bearmq/test-database';

/** How a server ends: SIGINT, SIGQUIT, SIGKILL. */
export type ServerEnd = 'fast' | 'immediate' | 'kill';

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const;

/**
 * Commits wait for the log as in production, or a killed server would lose what it had confirmed; that the log waits for
 * the disk makes a difference only when the machine goes down. Deadlocks are broken soon, so that they fit in a run.
 */
const SETTINGS = { fsync: 'off', deadlock_timeout: '100ms', max_connections: '100' };

/** The PostgreSQL that is tortured, at one address through all its lives. */
export class Server {
  readonly url: string;
  readonly port: number;
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
    this.port = running.port;
    this.label = running.label;
  }

  /** @throws Error when there is no PostgreSQL to start */
  static async start(parent: string): Promise<Server> {
    const binaries = (await embeddedBinaries()) ?? systemBinaries();
    if (binaries === undefined) throw new Error('npm has no PostgreSQL for this platform, and none is installed.');
    const folder = mkdtempSync(join(parent, 'bearmq-torture-'));
    chmodSync(folder, 0o755); // the server's account may be another
    const running = await startPostgres(binaries, { dataDir: join(folder, 'cluster'), settings: SETTINGS });
    return new Server(binaries, folder, running);
  }

  /** Ends the server, waits, and starts it again. One at a time: who comes second waits. */
  async restart(end: ServerEnd, downMs: number): Promise<void> {
    const turn = this.#turn.then(async () => {
      const { pid, dataDir, exited, stop } = this.#running;
      process.kill(pid, SIGNALS[end]);
      await exited;
      await stop();
      await new Promise((next) => setTimeout(next, downMs));
      this.#running = await startPostgres(this.#binaries, { dataDir, port: this.port, settings: SETTINGS });
    });
    this.#turn = turn.catch(() => {});
    await turn;
  }

  /** Resolves when nobody is restarting it. */
  async settled(): Promise<void> {
    await this.#turn;
  }

  async remove(): Promise<void> {
    await this.#running.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
