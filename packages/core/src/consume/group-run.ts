import type { ClaimedJob } from '../model/job.ts';
import type { Holding, RunOfGroup } from './holding.ts';

/** What a pool has taken in. */
export interface Held {
  /** Jobs that wait for a slot. */
  jobs: number;
  /** Characters of payload, of these and of what has a slot. */
  chars: number;
}

/** Jobs to be run one after the other in one slot: one job, or several of one group. */
export class GroupRun implements RunOfGroup {
  /** In the order in which they have their turns. */
  readonly holdings: Holding[] = [];
  /** When they were claimed, by this process's clock. */
  readonly claimedAt: number;
  readonly #held: Held;
  #hasSlot = false;
  #turns = 0;

  constructor(claimedAt: number, held: Held) {
    this.claimedAt = claimedAt;
    this.#held = held;
  }

  /**
   * Takes in one more. A claim brings those of a group in order; what comes to a run that goes on belongs among those that
   * have not had their turns.
   */
  put(holding: Holding): void {
    const { holdings } = this;
    let at = holdings.length;
    while (at > this.#turns && comesBefore(holding.job, (holdings[at - 1] as Holding).job)) at -= 1;
    if (at === holdings.length) holdings.push(holding);
    else holdings.splice(at, 0, holding);
    if (holding.job.jobGroup !== null) holding.run = this;
    holding.phase = this.#hasSlot ? 'next' : 'held';
    if (!this.#hasSlot) this.#held.jobs += 1;
    this.#held.chars += holding.job.payloadText.length;
  }

  /** It has a slot. */
  start(): void {
    this.#hasSlot = true;
    this.#held.jobs -= this.holdings.length;
    for (const holding of this.holdings) holding.phase = 'next';
  }

  /** The next in turn; `undefined` when all have had theirs. */
  next(): Holding | undefined {
    const holding = this.holdings[this.#turns];
    if (holding !== undefined) this.#turns += 1;
    return holding;
  }

  /** Whether only the first has had its turn. */
  get isAtFirst(): boolean {
    return this.#turns === 1;
  }

  /** It is over, or given up, and its payloads are held no longer. */
  end(): void {
    if (!this.#hasSlot) this.#held.jobs -= this.holdings.length;
    for (const { job } of this.holdings) this.#held.chars -= job.payloadText.length;
  }
}

/** The order of a group. */
function comesBefore(a: ClaimedJob, b: ClaimedJob): boolean {
  return a.priority === b.priority ? a.seq < b.seq : a.priority > b.priority;
}
