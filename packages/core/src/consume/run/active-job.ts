import { LeaseLostError } from '../../errors.ts';
import type { ClaimedJob } from '../../model/job.ts';

/** A job that is running in this process, and the way to abort it. */
export class ActiveJob {
  readonly #job: ClaimedJob;
  #controller: AbortController | undefined;
  #lost: LeaseLostError | undefined;
  #isForsaken = false;

  constructor(job: ClaimedJob) {
    this.#job = job;
  }

  /** Whether it runs by this very claim. */
  isOf(claim: ClaimedJob): boolean {
    return this.#job === claim;
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
    this.#lost ??= new LeaseLostError(this.#job.id);
    this.#controller?.abort(this.#lost);
  }
}
