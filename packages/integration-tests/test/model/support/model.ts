import type { ClaimedJob, Demand } from '@bearmq/core/internal';

/** A job as the model knows it. Whether one that waits is `ready` or `blocked` is the protocol's own affair. */
export interface ModelJob {
  readonly id: string;
  /** The order of enqueueing. */
  readonly nth: number;
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
  readonly priority: number;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
  state: 'scheduled' | 'waiting' | 'running';
  isDue: boolean;
  attempt: number;
  fence: number;
  /** While it runs: its attempt is spent. */
  isStarted: boolean;
  worker: ModelWorker | null;
  /** While it runs: it still keeps its group busy. Not once the group was opened by force. */
  holds: boolean;
}

export interface ModelWorker {
  readonly id: string;
  generation: number;
  /** All that it was ever given and has not settled, valid or not. */
  claims: ClaimedJob[];
}

/** The queue as its users see it: no lanes, no blocked jobs, no locks, no epochs. */
export class Model {
  readonly jobs = new Map<string, ModelJob>();
  readonly finalized = new Map<string, { outcome: 'succeeded' | 'failed'; attempt: number; fence: number }>();
  /** Live worker processes, by the number that commands call them by. */
  readonly workers = new Map<number, ModelWorker>();
  /** Processes whose jobs were given to others, and which do not know it yet. */
  readonly zombies: ModelWorker[] = [];

  isBusy(group: string): boolean {
    return [...this.jobs.values()].some((job) => job.group === group && job.state === 'running' && job.holds);
  }

  /** Waiting jobs in the order in which they should run. */
  waiting(isAllowed: (job: ModelJob) => boolean): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.state === 'waiting' && isAllowed(job)).sort(byRank);
  }

  promoteDue(): void {
    for (const job of this.jobs.values()) if (job.state === 'scheduled' && job.isDue) job.state = 'waiting';
  }

  holds(claim: ClaimedJob): ModelJob | undefined {
    const job = this.jobs.get(claim.id);
    return job?.state === 'running' && job.fence === claim.fence ? job : undefined;
  }

  /** A claim was lost, by rescue or reconciliation: the fence is raised. */
  release(job: ModelJob, attempt: 'is kept' | 'is given back'): void {
    if (attempt === 'is given back' && job.isStarted) job.attempt -= 1;
    job.fence += 1;
    this.wait(job);
  }

  wait(job: ModelJob, secs = 0): void {
    Object.assign(job, { state: secs > 0 ? 'scheduled' : 'waiting', isDue: false, worker: null, holds: false });
  }

  finalize(job: ModelJob, outcome: 'succeeded' | 'failed', attempt: number): void {
    this.jobs.delete(job.id);
    this.finalized.set(job.id, { outcome, attempt, fence: job.fence });
  }

  /** The process is dead, as far as the database can tell. */
  bury(number: number): void {
    const worker = this.workers.get(number);
    if (worker === undefined) return;
    for (const job of this.jobs.values()) if (job.worker === worker) this.release(job, 'is kept');
    this.workers.delete(number);
    this.zombies.push(worker);
  }
}

export function byRank(a: ModelJob, b: ModelJob): number {
  return b.priority - a.priority || a.nth - b.nth;
}

export function isAllowed(names: readonly string[], { channels }: Demand): (job: ModelJob) => boolean {
  return (job) => names.includes(job.name) && (channels === null || channels.includes(job.channel));
}
