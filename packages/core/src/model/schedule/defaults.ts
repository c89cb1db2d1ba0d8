/** What holds where a schedule says nothing. It is not stored with its rule. */
export const SCHEDULE_DEFAULTS = {
  key: 'default',
  timeZone: 'UTC',
  catchUp: 'latest',
  overlap: 'allow',
  jitterSecs: 0,
} as const;
