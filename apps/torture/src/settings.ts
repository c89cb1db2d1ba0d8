import type { ContextSettings } from 'bearmq';

/** The queue's schema: a name that has to be quoted. */
export const SCHEMA = 'Torture "1"';
export const QUOTED_SCHEMA = '"Torture ""1"""';

/** Everything as short as it may be: a minute then holds many deaths. */
export const CONTEXT_SETTINGS: Required<Pick<ContextSettings, 'leaseSecs' | 'jobGroupUnlockSecs' | 'pollSecs'>> = {
  leaseSecs: 3,
  jobGroupUnlockSecs: 12,
  pollSecs: 0.5,
};

/** Longer than any work function here blocks, and shorter than a group may be locked. */
export const BLOCKED_SECS = 7;

export const REPEAT_SECS = 1;
