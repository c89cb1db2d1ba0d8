import { LeaseLostError } from '../errors.ts';
import type { ClaimedJob } from '../model/job.ts';

/**
 * Where a claimed job is on its way through this process:
 * - `held`: claimed ahead, waits for a slot;
 * - `next`: has a slot, behind others of its group or behind the record of its own start;
 * - `running`: its work function has been called;
 * - `settling`: it is over, or will not be started; its outcome waits to be recorded.
 */
export type Phase = 'held' | 'next' | 'running' | 'settling';

/** One claim of a job, held by this process: where it is, and the way to tell its run that the claim is gone. */
export class Holding {
  readonly job: ClaimedJob;
  phase: Phase = 'held';
  /** When it began to run, by this process's clock. */
  startedAt = 0;
  #loss: 'none' | 'with its lease' | 'alone' = 'none';
  #controller: AbortController | undefined;

  constructor(job: ClaimedJob) {
    this.job = job;
  }

  /** Made when it is first looked at: most work functions never do, and it is dear. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.isLost) this.#controller.abort(new LeaseLostError(this.job.id));
    }
    return this.#controller.signal;
  }

  /** Whether the claim is gone: what its run still does will not be recorded. */
  get isLost(): boolean {
    return this.#loss !== 'none';
  }

  /** Whether this claim alone was lost, and its lease was not: the same claim may be made again under it. */
  get isForsaken(): boolean {
    return this.#loss === 'alone';
  }

  /** The lease is gone, and this claim with it. */
  lose(): void {
    if (this.#loss === 'none') this.#lose('with its lease');
  }

  /** This claim is gone: its outcome is not recorded even if the same claim is made again. */
  forsake(): void {
    this.#lose('alone');
  }

  #lose(loss: 'with its lease' | 'alone'): void {
    this.#loss = loss;
    this.#controller?.abort(new LeaseLostError(this.job.id));
  }
}

/**
 * All that this process holds: every claim from the answer that brought it until its outcome is recorded, or it is known
 * to be lost. What the fence names (job, `fence`, lease) is held once, and of each job one claim: a later one says that
 * the earlier is over, or lost.
 */
export class Holdings {
  readonly #byId = new Map<string, Holding>();

  /**
   * `null` for a claim that is held already. The database has then lost the commit that first brought it (a failover, a
   * crash without `synchronous_commit`), and gave the same number again: what was begun with it goes on and counts.
   * Where somebody else has claimed the job in between, the number is another, and what was begun is lost.
   */
  take(job: ClaimedJob): Holding | null {
    const earlier = this.#byId.get(job.id);
    if (earlier !== undefined && isSame(earlier.job, job)) return null;
    const holding = new Holding(job);
    this.#byId.set(job.id, holding);
    // What only waits to be recorded is told apart by the database, by its fence.
    if (earlier !== undefined && earlier.phase !== 'settling') earlier.forsake();
    return holding;
  }

  /** It is recorded, or known to be lost. What is not held (any more) is left alone. */
  release(holding: Holding): void {
    if (this.#byId.get(holding.job.id) === holding) this.#byId.delete(holding.job.id);
  }

  /** The lease is gone, and with it all claims: what runs is told so, and nothing more is started. */
  dropAll(): void {
    for (const holding of this.#byId.values()) holding.lose();
    this.#byId.clear();
  }

  /** What was claimed under a lease: the answer to whether the database knows of more. */
  under(processId: string): readonly ClaimedJob[] {
    return [...this.#byId.values()].map(({ job }) => job).filter((job) => job.processId === processId);
  }
}

function isSame(a: ClaimedJob, b: ClaimedJob): boolean {
  return a.fence === b.fence && a.processId === b.processId;
}
