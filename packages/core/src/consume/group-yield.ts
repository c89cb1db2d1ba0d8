import { MAX_PER_GROUP } from './job-meter.ts';

/** By how much more groups are taken to have after a claim that got all it asked for from them. */
const GROWTH = 1.25;

/** For so many claims after one with groups whose jobs run side by side, others like it may come. */
const SIDE_BY_SIDE_CLAIMS = 100;

/** Who gave the last of what a claim asked for; `nobody` when it got less. */
export type FilledBy = 'groups' | 'others' | 'nobody';

/**
 * How many jobs a group gives at once, as far as claims have told: a claim takes as many groups as it then needs.
 *
 * Groups give a job each before any gives a second one. So what they gave to a claim that got less than it asked for is what
 * they had; and what they gave to one that got all of it says only that they had no less, and the next asks fewer of them for
 * more. Taken for what they had, a first claim of a job from each would have all others be like it: 1,000 groups of 20 were
 * drained at 14,000 jobs/s in place of 30,000.
 *
 * Jobs without a group only fill what groups have left over. A claim with some of them got all that its groups had, and too
 * few groups were asked perhaps: then jobs of a lower priority went before those of others. So none is asked for more until
 * a claim has come up short.
 *
 * A group whose jobs run side by side has a turn with each of them. It must not have four where others have none, so where
 * there are such groups as many are asked as there are jobs to be had.
 */
export class GroupYield {
  #jobs: number | undefined;
  #mayGrow = true;
  #claimsSideBySide = 0;

  /** `undefined` before anything is known. */
  get jobs(): number | undefined {
    if (this.#claimsSideBySide > 0) return 1;
    return this.#jobs === undefined ? undefined : Math.max(1, Math.floor(this.#jobs));
  }

  /** A claim brought jobs of groups, some of which run side by side, or none. */
  noteClaim(isAnySideBySide: boolean): void {
    if (isAnySideBySide) this.#claimsSideBySide = SIDE_BY_SIDE_CLAIMS;
    else if (this.#claimsSideBySide > 0) this.#claimsSideBySide -= 1;
  }

  /** What a claim brought of some groups whose jobs run one after another. */
  note(groups: readonly { readonly jobs: number }[], filledBy: FilledBy): void {
    const mean = groups.reduce((sum, { jobs }) => sum + jobs, 0) / groups.length;
    if (filledBy !== 'groups') {
      this.#jobs = mean;
      this.#mayGrow = filledBy === 'nobody';
    } else if (this.#jobs !== undefined) {
      const more = this.#mayGrow ? this.#jobs * GROWTH : this.#jobs;
      this.#jobs = Math.min(MAX_PER_GROUP, Math.max(mean, more));
    }
  }
}
