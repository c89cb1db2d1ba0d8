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

/** The pause before a retry of a job of which its enqueue says nothing. */
export const TIMEOUT_SECS = 0;

/** The schedule that makes up for all ticks that were missed. */
export const ALL_TICKS = 'all';

/** The schedule whose ticks are of one group, which goes on being enqueued as long as there is an orchestrator. */
export const ALONE = 'alone';

/** How jobs of a name hold their keys, and what becomes of one whose key is held. */
export interface KeyRule {
  readonly until: 'started' | 'finished';
  readonly onConflict: 'skip' | 'replace' | 'restart';
  /** For how long after the enqueue the key is held whatever becomes of the job. */
  readonly forSecs?: number;
  readonly maxRestartSecs?: number;
}

/** Names of which one job of a key waits, or is not over, at a time. */
export const UNIQUE: Readonly<Record<string, KeyRule>> = {
  ONE_WAITS: { until: 'started', onConflict: 'skip' },
  ONE_LIVES: { until: 'finished', onConflict: 'skip' },
  LATEST_WAITS: { until: 'started', onConflict: 'replace' },
  DEBOUNCED: { until: 'finished', onConflict: 'restart', maxRestartSecs: 1.5 },
  THROTTLED: { until: 'finished', onConflict: 'skip', forSecs: 1 },
};

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
