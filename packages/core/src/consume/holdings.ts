import { claimKey } from '../model/claim-key.ts';
import type { ClaimedJob } from '../model/job.ts';
import { Holding, type Phase, type RunOfGroup } from './holding.ts';

/**
 * All that this process holds: every claim from the answer that brought it until its outcome is recorded, or it is known
 * to be lost. What the fence names (job, `fence`, lease) is held once, and of each job one claim: a later one says that
 * the earlier is over, or lost.
 */
export class Holdings {
  readonly #byId = new Map<string, Holding>();
  readonly #onEmpty: () => void;

  /** @param onEmpty is called when the last claim is held no more. */
  constructor(onEmpty: () => void = () => {}) {
    this.#onEmpty = onEmpty;
  }

  /** Where its claims are, one for each. */
  phases(): readonly Phase[] {
    return [...this.#byId.values()].map(({ phase }) => phase);
  }

  /**
   * `null` for a claim that is held already. The database has then lost the commit that first brought it (a failover, a
   * crash without `synchronous_commit`), and gave the same number again: what was begun with it goes on and counts.
   * Where somebody else has claimed the job in between, the number is another, or the attempt is, which somebody else has
   * spent, and what was begun is lost.
   */
  take(job: ClaimedJob): Holding | null {
    const earlier = this.#byId.get(job.id);
    if (earlier !== undefined && isMadeAgain(earlier, job)) return null;
    const holding = new Holding(job);
    this.#byId.set(job.id, holding);
    // What only waits to be recorded is told apart by the database, by its fence.
    if (earlier !== undefined && earlier.phase !== 'settling') earlier.forsake();
    return holding;
  }

  /** The run of its job group that a claim is part of which is held already; none where its job is over in it. */
  runOf(job: ClaimedJob): RunOfGroup | undefined {
    const holding = this.#byId.get(job.id);
    return holding === undefined || holding.phase === 'settling' ? undefined : holding.run;
  }

  /** The claim of that name ({@link claimKey}), if it is held. */
  held(key: string): Holding | undefined {
    const holding = this.#byId.get(key.slice(0, key.indexOf(' ')));
    return holding !== undefined && claimKey(holding.job) === key ? holding : undefined;
  }

  holdsAny(jobIds: readonly string[]): boolean {
    return jobIds.some((id) => this.#byId.has(id));
  }

  /** It is recorded, or known to be lost. What is not held (any more) is left alone. */
  release(holding: Holding): void {
    if (this.#byId.get(holding.job.id) !== holding) return;
    this.#byId.delete(holding.job.id);
    if (this.#byId.size === 0) this.#onEmpty();
  }

  /** The lease is gone, and with it all claims: what runs is told so, and nothing more is started. */
  dropAll(): void {
    for (const holding of this.#byId.values()) holding.lose();
    this.#byId.clear();
  }

  /** Nobody waits for what has a slot: nothing more is started there, and no end recorded. The claims stand. */
  leaveRuns(): void {
    for (const holding of this.#byId.values()) {
      if (holding.phase === 'running' || holding.phase === 'next') holding.leave();
    }
  }

  /** What was claimed under a lease: the answer to whether the database knows of more. */
  under(processId: string): readonly ClaimedJob[] {
    return [...this.#byId.values()].map(({ job }) => job).filter((job) => job.processId === processId);
  }
}

/** What ended waits to be recorded under that number, whatever attempt it was: the job is not begun anew for that. */
function isMadeAgain({ job, phase }: Holding, { fence, processId, attempt }: ClaimedJob): boolean {
  return job.fence === fence && job.processId === processId && (job.attempt === attempt || phase === 'settling');
}
