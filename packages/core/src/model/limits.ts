/** The longest job name and channel, in bytes of UTF-8: both are in every entry of the ready index. */
export const MAX_NAME_BYTES = 255;

/** The longest job group, in bytes of UTF-8. An index entry of PostgreSQL holds about 2,700 bytes. */
export const MAX_GROUP_BYTES = 1024;

/** The longest delay, timeout and retention: 100 years of 365 days, in seconds. */
export const MAX_SECS: number = 100 * 365 * 86_400;

/** The most attempts that a job may be given. */
export const MAX_ATTEMPTS = 1_000_000;

/** The longest error text kept with a job, in characters. */
export const MAX_ERROR_LENGTH = 10_000;
