import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.ts';

const SCRIPTS = {
  process: fileURLToPath(new URL('./process.mjs', import.meta.url)),
  limited: fileURLToPath(new URL('./limited-process.mjs', import.meta.url)),
} as const;

/** What a child said. */
export interface Message {
  readonly kind: string;
  readonly value?: unknown;
}

/** A process of our own. */
export class Child {
  readonly name: string;
  readonly messages: Message[] = [];
  readonly #process: ChildProcess;
  #stderr = '';
  #exit: { readonly code: number | null; readonly signal: string | null } | undefined;

  constructor(name: string, task: object, script: keyof typeof SCRIPTS = 'process') {
    this.name = name;
    this.#process = fork(SCRIPTS[script], [JSON.stringify({ name, ...task })], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.on('message', (message: Message) => this.messages.push(message));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#process.on('exit', (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  get isRunning(): boolean {
    return this.#exit === undefined;
  }

  tell(text: string): void {
    this.#process.send(text);
  }

  async heard(kind: string, deadlineMs?: number): Promise<void> {
    const probe = (): boolean => {
      if (this.#exit !== undefined) throw new Error(`${this.name} ended by itself: ${this.#stderr}`);
      return this.messages.some((message) => message.kind === kind);
    };
    await until(`${this.name} says "${kind}"`, probe, deadlineMs);
  }

  /** Asks it to stop, and waits until it has ended. @throws Error when it does not end well. */
  async stop(): Promise<void> {
    this.tell('stop');
    await this.#ended();
    if (this.#exit?.code !== 0)
      throw new Error(`${this.name} ended with ${JSON.stringify(this.#exit)}: ${this.#stderr}`);
  }

  /** `SIGKILL`, at once and for good; also for one that was stopped. */
  async kill(): Promise<void> {
    if (this.#exit !== undefined) return;
    this.#process.kill('SIGKILL');
    await this.#ended();
  }

  /** Takes the processor away from it, and gives it back. */
  freeze(): void {
    this.#process.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  #ended(): Promise<unknown> {
    return until(`${this.name} has ended`, () => this.#exit !== undefined, 90_000);
  }
}
