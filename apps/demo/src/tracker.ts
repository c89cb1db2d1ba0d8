import type { BearEvent } from 'bearmq';
import { reasonOf } from './errors.ts';

/** What the events told of the jobs of one name. */
export class JobTally {
  /** Enqueued here, or by the orchestrator. */
  enqueued = 0;
  succeeded = 0;
  failed = 0;
  /** Attempts that failed with another one to come. */
  retried = 0;
  /** How long each work function ran, and how long each job waited for its first attempt, in milliseconds. */
  readonly runMs: number[] = [];
  readonly waitMs: number[] = [];

  /** Jobs that are over. */
  get done(): number {
    return this.succeeded + this.failed;
  }
}

export interface TrackerOptions {
  /** Something to tell the user at once, in a line. */
  readonly onNote: (text: string) => void;
  /** The database has not answered for so long that going on makes no sense. */
  readonly onUnreachable: (error: unknown) => void;
}

/** How long all tries may fail, in milliseconds. A restart of the server takes less. */
const PATIENCE_MS = 10_000;

/** Keeps count of everything that a context tells. */
export class Tracker {
  readonly #options: TrackerOptions;
  readonly #tallies = new Map<string, JobTally>();
  readonly #enqueuedAt = new Map<string, number>();
  readonly #startedEarly = new Set<string>();
  readonly #waiters = new Set<() => void>();
  readonly #noted = new Set<string>();
  #lastFailed: string | undefined;
  #failingSince: number | undefined;
  /** What should not have happened. */
  readonly problems: string[] = [];

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** The event handler. */
  readonly handle = (event: BearEvent): void => {
    switch (event.eventType) {
      case 'JOB_DEFINITION_JOB_ENQUEUE':
      case 'ORCHESTRATOR_JOB_SCHEDULE':
        this.#enqueue(event.jobId, event.jobName);
        break;
      case 'WORKER_JOB_RUN':
        this.#run(event.jobId, event.jobName, event.attempt);
        break;
      case 'WORKER_JOB_RUN_SUCCESS':
        this.#end(event.jobName, event.durationMs).succeeded += 1;
        break;
      case 'WORKER_JOB_RUN_ERROR':
        // Counted as a retry until the job turns out to have expired, which is told in the same breath.
        this.#end(event.jobName, event.durationMs).retried += 1;
        this.#lastFailed = event.jobId;
        break;
      case 'WORKER_JOB_EXPIRE':
        if (event.jobId === this.#lastFailed) this.of(event.jobName).retried -= 1;
        this.of(event.jobName).failed += 1;
        break;
      case 'WORKER_JOB_LOSE':
        this.#note('A claim was lost, since the database did not hear of it for too long; the job will run again.');
        break;
      case 'DAEMON_ERROR':
        this.#note(`The ${event.daemon} could not reach the database (${reasonOf(event.error)}); trying again.`);
        this.#failingSince ??= performance.now();
        if (performance.now() - this.#failingSince > PATIENCE_MS) this.#options.onUnreachable(event.error);
        break;
      case 'WARNING':
        this.#note(`Warning: ${event.message}.`);
        break;
      case 'EVENT_HANDLER_ERROR':
        this.problems.push(`An event handler failed on ${event.handledEventType}: ${reasonOf(event.error)}.`);
        break;
      default: // what needs no counting
    }
    for (const check of this.#waiters) check();
  };

  /** The tally of one name. */
  of(name: string): JobTally {
    let tally = this.#tallies.get(name);
    if (tally === undefined) {
      tally = new JobTally();
      this.#tallies.set(name, tally);
    }
    return tally;
  }

  /** The names that were told of, in the order in which they first were. */
  get names(): readonly string[] {
    return [...this.#tallies.keys()];
  }

  /** Resolves as soon as `holds`, which is asked after every event, or the signal is aborted. */
  async until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted || holds()) return;
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!signal.aborted && !holds()) return;
        this.#waiters.delete(check);
        signal.removeEventListener('abort', check);
        resolve();
      };
      this.#waiters.add(check);
      signal.addEventListener('abort', check);
    });
  }

  /** Has the conditions that are waited for asked again. */
  recheck(): void {
    for (const check of this.#waiters) check();
  }

  #enqueue(id: string, name: string): void {
    this.#failingSince = undefined;
    this.of(name).enqueued += 1;
    // On another connection a worker may have been quicker than the answer to the enqueue.
    if (this.#startedEarly.delete(id)) this.of(name).waitMs.push(0);
    else this.#enqueuedAt.set(id, performance.now());
  }

  #run(id: string, name: string, attempt: number): void {
    if (attempt > 1) return;
    const since = this.#enqueuedAt.get(id);
    if (since === undefined) this.#startedEarly.add(id);
    else this.of(name).waitMs.push(performance.now() - since);
    this.#enqueuedAt.delete(id);
  }

  #end(name: string, durationMs: number): JobTally {
    this.#failingSince = undefined; // this is told after a commit
    const tally = this.of(name);
    tally.runMs.push(durationMs);
    return tally;
  }

  #note(text: string): void {
    if (this.#noted.has(text)) return;
    this.#noted.add(text);
    this.#options.onNote(text);
  }
}
