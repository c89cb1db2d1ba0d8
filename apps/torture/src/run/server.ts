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
  /** Ends the server for good, and has its standby take its place. @throws Error when it never has one */
  failOver(end: ServerEnd): Promise<void>;
  remove(): Promise<void>;
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
    const turn = this.#turn.then(async () => {
      await endServer(this.#running, end);
      await new Promise((next) => setTimeout(next, downMs));
      this.#running = await startAgain(this.#binaries, this.#running, SETTINGS);
    });
    this.#turn = turn.catch(() => {});
    await turn;
  }

  async failOver(): Promise<void> {
    throw new Error('this server has no standby');
  }

  async remove(): Promise<void> {
    await this.#running.stop();
    rmSync(this.#folder, { recursive: true, force: true });
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
