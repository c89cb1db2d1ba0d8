import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DemoError } from '../errors.ts';

const PROGRAM = fileURLToPath(new URL('./charger.js', import.meta.url));

/** A process that charges orders. */
export class ChargerProcess {
  readonly pid: number;
  /** Rejects when it ends without having been told to. */
  readonly died: Promise<never>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #mayEnd = false;

  /** Resolves when it is ready to work. It ends with this process at the latest. */
  static async start(url: string, slots: number): Promise<ChargerProcess> {
    const child = fork(PROGRAM, {
      env: { ...process.env, BEARMQ_DEMO_URL: url, BEARMQ_DEMO_SLOTS: `${slots}` },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const charger = new ChargerProcess(child);
    await Promise.race([once(child, 'message'), charger.died]);
    return charger;
  }

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.#exited = once(child, 'exit');
    this.died = this.#exited.then(() => {
      if (this.#mayEnd) return new Promise<never>(() => {});
      throw new DemoError(`The process ${this.pid} of the demo ended too early: was it killed? Run the demo again.`);
    });
    this.died.catch(() => {}); // nobody may wait for it when it happens
  }

  /** Has it finish what it runs. */
  async stop(): Promise<void> {
    this.#mayEnd = true;
    if (this.#child.connected) this.#child.send('stop');
    await this.#exited;
  }

  /** As `kill -9` does: it can finish nothing, and tell nobody. */
  async kill(): Promise<void> {
    this.#mayEnd = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
