import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place, Sent } from './contestant.ts';

/** What another process shall do. Plain data. */
export interface HelperTask {
  readonly contestant: string;
  readonly place: Place;
  /** `work`: take jobs until told to stop. `produce`: enqueue for `secs`, `inFlight` calls at a time. */
  readonly role: 'work' | 'produce';
  /** Highest number of jobs that its ledger has room for. */
  readonly count: number;
  readonly secs?: number;
  readonly inFlight?: number;
  /** How many calls to make a second; as many as it can if not given. */
  readonly perSec?: number;
}

/** What it did. Times are of the machine's monotonic clock, in milliseconds. */
export interface HelperReport {
  readonly startedAt: number;
  readonly endedAt: number;
  /** How often each job ran here. */
  readonly runs: Uint8Array;
  /** When the last of them began. */
  readonly lastAt: number;
  /** Of the jobs whose payload says when they were enqueued: when they began, and how long they had waited. */
  readonly ranAt: Float64Array;
  readonly waits: Float64Array;
  readonly enqueued: number;
  /** What it asked of a queue that can tell: when each claim was sent, and how many jobs it brought. */
  readonly claims: readonly Sent[] | undefined;
  readonly peakMb: number;
}

export interface Usage {
  readonly cpuMs: number;
  readonly rssMb: number;
}

export type Order = 'go' | 'stop' | 'usage';
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'ran'; readonly total: number }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'report'; readonly report: HelperReport }
  | { readonly kind: 'error'; readonly message: string };

type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>;

/** Another process, connected to its queue and waiting for the word. */
export class Helper {
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(answer: Answer) => void>();
  #total = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', (answer: Answer) => {
      if (answer.kind === 'ran') this.#total = answer.total;
      for (const listener of this.#listeners) listener(answer);
    });
    child.once('exit', (code, signal) => {
      const message = `a helper process ended with ${signal ?? code}`;
      for (const listener of this.#listeners) listener({ kind: 'error', message });
    });
  }

  static async start(task: HelperTask): Promise<Helper> {
    // What was compiled, also where the sources are run directly, as in the tests.
    const script = fileURLToPath(new URL('../dist/helper.js', import.meta.url));
    const helper = new Helper(fork(script, { serialization: 'advanced', execArgv: [] }));
    const ready = helper.#answer('ready');
    helper.#child.send(task);
    await ready;
    return helper;
  }

  /** Runs that it reported so far; a few milliseconds behind. */
  get total(): number {
    return this.#total;
  }

  /** Starts the work or the producing. */
  go(): void {
    this.#order('go');
  }

  async usage(): Promise<Usage> {
    const answer = this.#answer('usage');
    this.#order('usage');
    return (await answer).usage;
  }

  /** Resolves when it is through by itself: a producer after its time. */
  async report(): Promise<HelperReport> {
    return (await this.#answer('report')).report;
  }

  /** Stops the workers and tells what they did. */
  async stop(): Promise<HelperReport> {
    const report = this.report();
    this.#order('stop');
    return await report;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #order(order: Order): void {
    this.#child.send(order);
  }

  async #answer<K extends Answer['kind']>(kind: K): Promise<AnswerOf<K>> {
    return await new Promise((resolve, reject) => {
      const listener = (answer: Answer): void => {
        if (answer.kind !== kind && answer.kind !== 'error') return;
        this.#listeners.delete(listener);
        if (answer.kind === 'error') reject(new Error(answer.message));
        else resolve(answer as AnswerOf<K>);
      };
      this.#listeners.add(listener);
    });
  }
}
