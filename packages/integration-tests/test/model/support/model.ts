import type { ClaimedJob, Demand } from '@bearmq/core/internal';

/** A job as the model knows it. Whether one that waits is `ready` or `blocked` is the protocol's own affair. */
export interface ModelJob {
  readonly id: string;
  /** The order of enqueueing. */
  readonly nth: number;
  readonly name: string;
  channel: string;
  readonly group: string | null;
  priority: number;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
  state: 'scheduled' | 'waiting' | 'running';
  isDue: boolean;
  attempt: number;
  fence: number;
  /** While it runs: its attempt is spent. */
  isStarted: boolean;
  worker: ModelWorker | null;
  /** Somebody wanted it cancelled while it ran: it is not to be run again. */
  isCancelled: boolean;
  /** While it runs: its work function has completed it in a transaction. */
  isDone: boolean;
  /** While it runs: it still keeps its group busy. Not once the group was opened by force. */
  holds: boolean;
}

export interface ModelWorker {
  readonly id: string;
  generation: number;
  /** All that it was ever given and has not settled, valid or not. */
  claims: ClaimedJob[];
}

/** What is kept of a job that is over. */
export interface ModelEnd {
  readonly outcome: 'succeeded' | 'failed' | 'cancelled';
  readonly attempt: number;
  readonly fence: number;
}

export interface ModelKey {
  readonly jobId: string;
  readonly until: 'started' | 'finished' | 'deleted';
}

/** The queue as its users see it: no lanes, no blocked jobs, no locks, no epochs. */
export class Model {
  readonly jobs = new Map<string, ModelJob>();
  readonly finalized = new Map<string, ModelEnd>();
  readonly #ended = new Map<string, ModelJob>();
  /** How many jobs were deleted, and put back. */
  deleted = 0;
  #retried = 0;
  /** Live worker processes, by the number that commands call them by. */
  readonly workers = new Map<number, ModelWorker>();
  /** Who holds a unique key, or held it last, by the job's name and the key. */
  readonly keys = new Map<string, ModelKey>();
  /** Processes whose jobs were given to others, and which do not know it yet. */
  readonly zombies: ModelWorker[] = [];

  /** Limits that were set: by kind and name, how many may run at a time. */
  readonly most = new Map<string, number>();

  mostOf(kind: 'group' | 'name' | 'channel', key: string): number {
    return this.most.get(`${kind} ${key}`) ?? (kind === 'group' ? 1 : Number.POSITIVE_INFINITY);
  }

  /** The place in the order of enqueueing that the next job gets. */
  get nextNth(): number {
    return this.jobs.size + this.finalized.size + this.deleted + 1;
  }

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

  /** Whether a unique key may not be taken by another job. */
  isHeld({ jobId, until }: ModelKey): boolean {
    const job = this.jobs.get(jobId);
    if (until === 'started') return job?.fence === 0;
    return job !== undefined || (until === 'deleted' && this.finalized.has(jobId));
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

  finalize(job: ModelJob, outcome: ModelEnd['outcome'], attempt: number): void {
    this.jobs.delete(job.id);
    this.#ended.set(job.id, job);
    this.finalized.set(job.id, { outcome, attempt, fence: job.fence });
  }

  /** One that is over runs again: behind all that were enqueued so far, and before all that will be. */
  putBack(id: string, { fence }: ModelEnd): void {
    const job = this.#ended.get(id);
    if (job === undefined) throw new Error(`${id} never ended`);
    this.#retried += 1;
    const nth = this.jobs.size + this.finalized.size + this.deleted + this.#retried / 1_000;
    this.finalized.delete(id);
    const fresh = { attempt: 0, fence: fence + 1, isStarted: false, isCancelled: false, isDone: false };
    this.jobs.set(id, { ...job, ...fresh, nth });
    this.wait(this.jobs.get(id) as ModelJob);
  }

  /** The process is dead, as far as the database can tell. */
  bury(number: number): void {
    const worker = this.workers.get(number);
    if (worker === undefined) return;
    for (const job of this.jobs.values()) {
      if (job.worker !== worker) continue;
      if (job.isDone) this.finalize(job, 'succeeded', job.attempt);
      else this.release(job, 'is kept');
    }
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
