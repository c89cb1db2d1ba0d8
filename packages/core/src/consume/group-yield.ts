/** By how much more groups are taken to have after a claim that got all it asked for. */
const GROWTH = 1.25;

/**
 * How many jobs a group gives at once, as far as claims have told: a claim takes as many groups as it then needs.
 *
 * Groups give a job each before any gives a second one. So what they gave to a claim that got less than it asked for is what
 * they had; and what they gave to one that got all of it says only that they had no less, and the next asks fewer of them for
 * more. Taken for what they had, a first claim of a job from each would have all others be like it: 1,000 groups of 20 were
 * drained at 14,000 jobs/s in place of 30,000.
 */
export class GroupYield {
  #jobs: number | undefined;

  /** `undefined` before anything is known. */
  get jobs(): number | undefined {
    return this.#jobs === undefined ? undefined : Math.max(1, Math.floor(this.#jobs));
  }

  /**
   * What a claim brought of some groups.
   *
   * @param isShort whether it brought less, in all, than was asked for.
   */
  note(groups: readonly { readonly jobs: number }[], isShort: boolean): void {
    const mean = groups.reduce((sum, { jobs }) => sum + jobs, 0) / groups.length;
    if (isShort) this.#jobs = mean;
    else if (this.#jobs !== undefined) this.#jobs = Math.max(mean, this.#jobs * GROWTH);
  }
}
