import type { ToldJob } from '../../model/told-job.ts';
import type { ChannelChoice, SlotOwner } from '../slots.ts';

/** A job that was told of, and whose slots it may have. */
export interface Placed<TOwner extends SlotOwner> {
  readonly job: ToldJob;
  readonly choice: ChannelChoice<TOwner>;
}

/** More than this are looked for: nobody is idle then. */
const MAX_KEPT = 1_000;

/**
 * Jobs that became ready a moment ago, as this process was told, until its next claim.
 *
 * A process that is idle knows that there are no others: it takes just these. One that is not looks for the best of all
 * that there is, and so finds these too.
 */
export class ToldJobs {
  #jobs: ToldJob[] = [];

  /** False when there are too many to be kept: then the next claim should look. */
  add(jobs: readonly ToldJob[]): boolean {
    if (this.#jobs.length + jobs.length > MAX_KEPT) {
      this.clear();
      return false;
    }
    this.#jobs.push(...jobs);
    return true;
  }

  clear(): void {
    this.#jobs = [];
  }

  /**
   * Gives each job that is ours a slot, and forgets it; `null` where the jobs should be looked for instead.
   *
   * @param isOurs - whether the name is registered here.
   */
  place<TOwner extends SlotOwner>(
    choices: readonly ChannelChoice<TOwner>[],
    isOurs: (name: string) => boolean,
  ): readonly Placed<TOwner>[] | null {
    if (this.#jobs.length === 0) return [];
    const jobs = this.#jobs;
    this.#jobs = [];
    const slots = new Map(choices.map((choice) => [choice, choice.idleSlots]));
    const placed: Placed<TOwner>[] = [];
    for (const job of jobs) {
      const takers = isOurs(job.name) ? choices.filter((choice) => choice.takes(job.channel)) : [];
      if (takers.length === 0) continue;
      const choice = takers.find((one) => (slots.get(one) ?? 0) > 0);
      if (choice === undefined) return null;
      slots.set(choice, (slots.get(choice) ?? 0) - 1);
      placed.push({ job, choice });
    }
    // While some have a look before them, taking what is told of first would keep them from it.
    return placed.length === 0 || choices.every(({ isDry }) => isDry) ? placed : null;
  }
}
