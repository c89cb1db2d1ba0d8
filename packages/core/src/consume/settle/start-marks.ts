import type { ClaimedJob } from '../../model/job.ts';
import type { Start } from './settle-batch.ts';

/**
 * How long a job that was claimed ahead may run before its attempt is recorded as spent, in milliseconds. Nearly all
 * such jobs are over by then, and their outcome says it all.
 */
const START_GRACE_MS = 20;

/** Jobs that were claimed ahead and have started, until that is to be recorded. */
export class StartMarks {
  readonly #started = new Map<ClaimedJob, Start>();

  get size(): number {
    return this.#started.size;
  }

  all(): Iterable<Start> {
    return this.#started.values();
  }

  add(start: Start): void {
    this.#started.set(start.job, start);
  }

  /** The job is over: its outcome will say it all. */
  delete(job: ClaimedJob): void {
    this.#started.delete(job);
  }

  /** The lease of the one that has waited longest. */
  get leaseId(): string | undefined {
    return this.#first()?.job.leaseId;
  }

  /** Gives up those of a lease that are to be recorded now, and returns them. */
  takeDue(leaseId: string, now: number): readonly Start[] {
    if (this.#started.size === 0) return [];
    const due = [...this.#started.values()].filter(
      ({ job, at }) => at <= now - START_GRACE_MS && job.leaseId === leaseId,
    );
    for (const { job } of due) this.#started.delete(job);
    return due;
  }

  /** How long until the next one is due, in milliseconds; `Infinity` when there is none. */
  untilDue(now: number): number {
    const first = this.#first();
    return first === undefined ? Infinity : Math.max(1, first.at + START_GRACE_MS - now);
  }

  #first(): Start | undefined {
    return this.#started.values().next().value;
  }
}
