import { v5 as uuidv5 } from 'uuid';
import { LeaseLostError } from '../errors.ts';
import type { ClaimedJob } from '../model/job.ts';
import type { JobMetadata } from '../model/job-metadata.ts';

/** A job that is running in this process: what its work function is told, and the way to abort it. */
export class ActiveJob implements JobMetadata {
  readonly job: ClaimedJob;
  readonly workerId: string;
  #controller: AbortController | undefined;
  #lost: LeaseLostError | undefined;
  #isForsaken = false;

  constructor(job: ClaimedJob, workerId: string) {
    this.job = job;
    this.workerId = workerId;
  }

  get jobId(): string {
    return this.job.id;
  }

  get jobName(): string {
    return this.job.name;
  }

  get channel(): string {
    return this.job.channel;
  }

  get jobGroup(): string {
    return this.job.jobGroup ?? ownGroup(this.job.id);
  }

  get attempt(): number {
    return this.job.attempt;
  }

  get numAttempts(): number {
    return this.job.numAttempts;
  }

  get enqueuedAt(): Date {
    return new Date(this.job.enqueuedAtMs);
  }

  /** Made when it is first looked at: most work functions never do, and it is dear. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#lost !== undefined) this.#controller.abort(this.#lost);
    }
    return this.#controller.signal;
  }

  /** Whether the claim is gone: what the work function still does will not be recorded. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Whether this claim alone was lost, and its lease was not: the same claim may be made again under it. */
  get isForsaken(): boolean {
    return this.#isForsaken;
  }

  forsake(): void {
    this.#isForsaken = true;
    this.lose();
  }

  lose(): void {
    this.#lost ??= new LeaseLostError(this.job.id);
    this.#controller?.abort(this.#lost);
  }
}

const GROUP_NAMESPACE = '4a2ff0a1-3e1c-4d0e-9c43-0b8f5a6d7e21';

/**
 * The group of a job that was given none: in form a version 4 UUID. It is derived from the job's id, so that it is the
 * same for every attempt without being stored.
 */
function ownGroup(jobId: string): string {
  const derived = uuidv5(jobId, GROUP_NAMESPACE);
  return `${derived.slice(0, 14)}4${derived.slice(15)}`;
}
