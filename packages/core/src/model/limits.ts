/** The longest job name and channel, in bytes of UTF-8: both are in every entry of the ready index. */
export const MAX_NAME_BYTES = 255;

/** The longest job group, in bytes of UTF-8. An index entry of PostgreSQL holds about 2,700 bytes. */
export const MAX_GROUP_BYTES = 1024;

/** The longest delay, timeout and retention: 100 years of 365 days, in seconds. */
export const MAX_SECS: number = 100 * 365 * 86_400;

/** The most attempts that a job may be given. */
export const MAX_ATTEMPTS = 1_000_000;

/** The highest priority, and below zero the lowest. */
export const MAX_PRIORITY = 2_147_483_647;

/**
 * The largest payload, as bytes of JSON in UTF-8: 64 MiB. One of this size takes some 5 seconds and half a gigabyte of
 * memory from the enqueue to the run; beyond half a gigabyte V8 has no text for it, beyond one PostgreSQL has no value.
 */
export const MAX_PAYLOAD_BYTES: number = 64 * 1024 * 1024;

/** The most headers of a job, as bytes of JSON in UTF-8: 8 KiB. They go with each claim of it. */
export const MAX_HEADERS_BYTES: number = 8 * 1024;

/**
 * How deep a payload may be nested. PostgreSQL's parser of JSON and V8's writer both recurse, and give up at some
 * thousands: where exactly depends on the server's `max_stack_depth` and on who calls `enqueue`.
 */
export const MAX_PAYLOAD_DEPTH = 1_000;

/** The most jobs of one `enqueueMany`: it is one transaction, and its ids are in memory. */
export const MAX_JOBS_PER_CALL = 1_000_000;

/** The most channels of one Worker: each goes with every claim. */
export const MAX_CHANNELS = 1_000;

/** The longest error text kept with a job, in characters. */
export const MAX_ERROR_LENGTH = 10_000;
