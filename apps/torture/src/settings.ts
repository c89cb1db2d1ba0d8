import type { ContextSettings } from 'bearmq';

/** The queue's schema: a name that has to be quoted. */
export const SCHEMA = 'Torture "1"';
export const QUOTED_SCHEMA = '"Torture ""1"""';

/** Everything as short as it may be: a minute then holds many deaths. */
export const CONTEXT_SETTINGS: Required<
  Pick<ContextSettings, 'leaseSecs' | 'jobGroupUnlockSecs' | 'pollSecs' | 'abortGraceSecs'>
> = {
  leaseSecs: 3,
  jobGroupUnlockSecs: 12,
  pollSecs: 0.5,
  abortGraceSecs: 1,
};

/** Longer than any work function here blocks, and shorter than a group may be locked. */
export const BLOCKED_SECS = 7;

export const REPEAT_SECS = 1;

/** The schedule that makes up for all ticks that were missed. */
export const ALL_TICKS = 'all';

/** The schedule whose ticks are of one group, which goes on being enqueued as long as there is an orchestrator. */
export const ALONE = 'alone';

/** Names of which one job of a key waits, or is not over, at a time; and until when a job holds its key. */
export const UNIQUE: Readonly<Record<string, 'started' | 'finished'>> = { ONE_WAITS: 'started', ONE_LIVES: 'finished' };

/**
 * What jobs of one name may do, in all processes together. Low enough that a backlog meets all of it, and high enough that
 * one is worked off soon. Their groups are their own.
 */
export const LIMITED = {
  name: 'LIMITED',
  concurrency: 4,
  rateLimit: { max: 15, perSecs: 0.5 },
  groupConcurrency: 3,
} as const;
