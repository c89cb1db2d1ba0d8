import type { Holding } from '../holding.ts';
import type { Start } from './settle-batch.ts';

/**
 * How long a job that was claimed ahead may run before its attempt is recorded as spent, in milliseconds. Nearly all
 * such jobs are over by then, and their outcome says it all.
 */
export const START_GRACE_MS = 20;

/**
 * Jobs that were claimed ahead and have started, until that is to be recorded. Nobody takes out those that are over: they
 * are left out when their turn comes, which is soon, and costs a job less than a collection that it leaves.
 */
export class StartMarks {
  /** In the order in which they started. */
  #running: Holding[] = [];
  /** Those that somebody waits for, and those that are to be recorded once more. */
  #others: Start[] = [];

  /** The job has started. Returns whether it is the only one, as far as is known: then a timer is to be set. */
  note(holding: Holding): boolean {
    return this.#running.push(holding) === 1;
  }

  add(start: Start): void {
    this.#others.push(start);
  }

  /** Those that somebody waits for, or that failed to be recorded. */
  get others(): readonly Start[] {
    return this.#others;
  }

  /** The lease of one that has not been recorded yet. */
  get processId(): string | undefined {
    this.#dropOver();
    return (this.#others[0]?.holding ?? this.#running[0])?.job.processId;
  }

  /** Gives up those of a lease that are to be recorded now, and returns them. */
  takeDue(processId: string, now: number): readonly Start[] {
    this.#dropOver();
    const due: Start[] = [];
    this.#others = this.#others.filter((start) => {
      const isDue = start.dueAt <= now && start.holding.job.processId === processId;
      if (isDue) due.push(start);
      return !isDue;
    });
    let taken = 0;
    for (const holding of this.#running) {
      const isOver = !isRunning(holding);
      if (!isOver && (holding.startedAt + START_GRACE_MS > now || holding.job.processId !== processId)) break;
      taken += 1;
      if (!isOver) due.push({ holding, dueAt: -Infinity, onRecorded: undefined });
    }
    if (taken > 0) this.#running = this.#running.slice(taken);
    return due;
  }

  /** How long until the next one is due, in milliseconds; `Infinity` when there is none. */
  untilDue(now: number): number {
    this.#dropOver();
    const first = this.#running[0];
    let dueAt = first === undefined ? Infinity : first.startedAt + START_GRACE_MS;
    for (const other of this.#others) dueAt = Math.min(dueAt, other.dueAt);
    return Math.max(1, dueAt - now);
  }

  /** Leaves out what is over, up to the first that still runs. */
  #dropOver(): void {
    if (this.#others.length > 0) this.#others = this.#others.filter(isWanted);
    if (this.#running.length === 0) return;
    const first = this.#running.findIndex(isRunning);
    if (first !== 0) this.#running = first < 0 ? [] : this.#running.slice(first);
  }
}

/** Whether its start says something: an outcome says it all, and a claim that is lost has nothing to be recorded. */
function isRunning({ phase, isLost }: Holding): boolean {
  return phase === 'running' && !isLost;
}

/** The outcome of a job that has ended says all: beside it in one statement its mark might win. */
function isWanted({ holding, onRecorded }: Start): boolean {
  return onRecorded !== undefined || isRunning(holding);
}
