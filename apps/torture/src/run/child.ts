import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type ChildConfig, LEAK, type Order, type Word } from '../children/config.ts';
import type { ProcessEnd } from '../ledger/facts.ts';
import type { Tell } from '../ledger/ledger-file.ts';

// What was compiled, also where the sources are run directly, as in the tests.
const MAIN = fileURLToPath(new URL('../../dist/children/main.js', import.meta.url));
const SHIFT_CLOCK = new URL('../../dist/children/shift-clock.js', import.meta.url).href;

/** A process of the torture, and what the run does to it. What it does is written down in the run's ledger. */
export class Child {
  readonly config: ChildConfig;
  /** Resolves when the process is gone, however it went. */
  readonly exited: Promise<ProcessEnd>;
  /** Resolves when it has started, however long that takes where others have the processor, or is gone. */
  readonly started: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #tell: Tell;
  #isFrozen = false;
  #isOver = false;
  #fate: 'lives' | 'stops' | 'is killed' = 'lives';
  #stderr = '';

  constructor(config: ChildConfig, tell: Tell, onWord: (word: Word, child: Child) => void) {
    this.config = config;
    this.#tell = tell;
    const { clockShiftMs, wakeUp, statementTimeoutMs } = config.traits;
    this.#process = fork(MAIN, [JSON.stringify(config)], {
      execArgv: clockShiftMs === 0 ? [] : ['--import', SHIFT_CLOCK],
      env: { ...process.env, TORTURE_CLOCK_SHIFT_MS: String(clockShiftMs) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const reach = { way: config.way, wakeUp, statementTimeoutMs };
    tell({ kind: 'spawn', process: config.name, role: config.role, pid: this.#process.pid ?? 0, reach });
    const ready = new Promise<void>((resolve) => {
      this.#process.on('message', (word: Word) => {
        if (word.says === 'ready') resolve();
        onWord(word, this);
      });
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-4_000);
    });
    this.exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#isOver = true;
        const how = this.#endedBy(code);
        tell({ kind: 'exit', process: config.name, how, text: `${signal ?? code} ${this.#stderr}`.trim() });
        resolve(how);
      });
    });
    this.started = Promise.race([ready, this.exited]);
  }

  get name(): string {
    return this.config.name;
  }

  /** Whether it runs, as far as we know, and nobody is ending it. */
  get isAlive(): boolean {
    return !this.#isOver && this.#fate === 'lives';
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  order(order: Order): void {
    if (!this.#isOver && this.#process.connected) this.#process.send(order, () => {}); // it may end meanwhile
  }

  /** Asks it to finish, and kills it when that takes too long, counted from when it has started. */
  async stop(deadlineMs: number, options: { readonly waitSecs?: number } = {}): Promise<ProcessEnd> {
    if (this.#fate === 'lives') this.#fate = 'stops';
    this.order({ to: 'stop', ...options });
    await this.started;
    const timer = setTimeout(() => {
      this.#stderr += `did not stop within ${deadlineMs} ms`;
      this.#process.kill('SIGKILL'); // and counts as one that died by itself
    }, deadlineMs);
    const end = await this.exited;
    clearTimeout(timer);
    return end;
  }

  async kill(): Promise<void> {
    if (!this.#isOver) {
      this.#fate = 'is killed';
      this.#process.kill('SIGKILL');
    }
    await this.exited;
  }

  /** Takes the processor away from it. */
  freeze(): void {
    if (this.#isOver) return;
    this.#process.kill('SIGSTOP');
    this.#isFrozen = true;
    this.#tell({ kind: 'freeze', process: this.name });
  }

  thaw(): void {
    if (this.#isOver || !this.#isFrozen) return;
    this.#tell({ kind: 'thaw', process: this.name });
    this.#isFrozen = false;
    this.#process.kill('SIGCONT');
  }

  #endedBy(code: number | null): ProcessEnd {
    if (this.#fate === 'is killed') return 'killed';
    if (this.#stderr.includes(LEAK)) return 'killed'; // as planned, by a promise that rejected
    return this.#fate === 'stops' && code === 0 ? 'stopped' : 'died';
  }
}
