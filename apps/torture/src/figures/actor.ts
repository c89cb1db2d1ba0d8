import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { monotonicMs } from '../ledger/now.ts';
import type { ActorConfig, ActorOrder, ActorWord } from './actors/config.ts';

// What was compiled, also where the sources are run directly, as in the tests.
const MAIN = fileURLToPath(new URL('../../dist/figures/actors/main.js', import.meta.url));
const STOP_MS = 30_000;

/** A process of a figure, from outside. */
export class Actor {
  readonly name: string;
  /** Resolves when the process is gone, to whether it ended in order. */
  readonly exited: Promise<boolean>;
  readonly #process: ChildProcess;
  readonly #words: ActorWord[] = [];
  readonly #waiters = new Set<() => void>();
  #stderr = '';
  #isOver = false;

  constructor(config: ActorConfig) {
    this.name = config.name;
    this.#process = fork(MAIN, [JSON.stringify(config)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#process.on('message', (word: ActorWord) => {
      this.#words.push(word);
      this.#wakeWaiters();
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-4_000);
    });
    this.exited = new Promise((resolve) => {
      this.#process.once('close', (code) => {
        this.#isOver = true;
        this.#wakeWaiters();
        resolve(code === 0);
      });
    });
  }

  order(order: ActorOrder): void {
    if (!this.#isOver && this.#process.connected) this.#process.send(order, () => {}); // it may end meanwhile
  }

  /** Resolves to the next word that fits, or one that was said already; each is heard once. @throws Error when it ends instead */
  async hear<T extends ActorWord>(fits: (word: ActorWord) => word is T): Promise<T>;
  async hear(fits: (word: ActorWord) => boolean): Promise<ActorWord>;
  async hear(fits: (word: ActorWord) => boolean): Promise<ActorWord> {
    for (;;) {
      const at = this.#words.findIndex(fits);
      const [word] = at < 0 ? [] : this.#words.splice(at, 1);
      if (word !== undefined) return word;
      if (this.#isOver) throw new Error(`${this.name} ended by itself: ${this.#stderr}`);
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  async ready(): Promise<void> {
    await this.hear(({ says }) => says === 'ready');
  }

  /** Its resident memory, in bytes. */
  async weigh(): Promise<number> {
    this.order({ to: 'weigh' });
    return (await this.hear((word) => word.says === 'weight')).rssBytes;
  }

  /** Resolves to when it was killed, by the monotonic clock. */
  async kill(): Promise<number> {
    const at = monotonicMs();
    this.#process.kill('SIGKILL');
    await this.exited;
    return at;
  }

  /** @throws Error when it does not end in order, and soon */
  async stop(): Promise<void> {
    this.order({ to: 'stop' });
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    const isInOrder = await this.exited;
    clearTimeout(timer);
    if (!isInOrder) throw new Error(`${this.name} did not stop in order: ${this.#stderr}`);
  }

  #wakeWaiters(): void {
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
