/** The longest job name and channel, in bytes of UTF-8: both are in every entry of the ready index. */
export const MAX_NAME_BYTES = 255;

/** The longest job group, in bytes of UTF-8. An index entry of PostgreSQL holds about 2,700 bytes. */
export const MAX_GROUP_BYTES = 1024;

/** The longest delay, timeout and retention: 100 years of 365 days, in seconds. */
export const MAX_SECS: number = 100 * 365 * 86_400;

/** The most attempts that a job may be given. */
export const MAX_ATTEMPTS = 1_000_000;

/** The most deaths of its process that a job is forgiven. */
export const MAX_DEATHS = 1_000;

/** The shortest snooze, in seconds: a job that is put off for less, again and again, would do nothing else. */
export const MIN_SNOOZE_SECS = 1;

/** The highest priority, and below zero the lowest. */
export const MAX_PRIORITY = 2_147_483_647;

/**
 * The largest payload, as bytes of JSON in UTF-8: 64 MiB. One of this size takes some 5 seconds and half a gigabyte of
 * memory from the enqueue to the run; beyond half a gigabyte V8 has no text for it, beyond one PostgreSQL has no value.
 */
export const MAX_PAYLOAD_BYTES: number = 64 * 1024 * 1024;

/** The largest result, as bytes of JSON in UTF-8: 1 MiB. It goes with the settle, and with each answer to who waits for it. */
export const MAX_RESULT_BYTES: number = 1024 * 1024;

/** The largest progress of a job, as bytes of JSON in UTF-8: 16 KiB. */
export const MAX_PROGRESS_BYTES: number = 16 * 1024;

/** The longest line that a job logs, in characters, and how many of a job are kept. */
export const MAX_LOG_LINE = 2_000;
export const MAX_LOG_LINES = 1_000;

/** The most headers of a job, as bytes of JSON in UTF-8: 8 KiB. They go with each claim of it. */
export const MAX_HEADERS_BYTES: number = 8 * 1024;

/**
 * How deep a payload may be nested. PostgreSQL's parser of JSON and V8's writer both recurse, and give up at some
 * thousands: where exactly depends on the server's `max_stack_depth` and on who calls `enqueue`.
 */
export const MAX_PAYLOAD_DEPTH = 1_000;

/** The most jobs of one `enqueueMany`: it is one transaction, and its ids are in memory. */
export const MAX_JOBS_PER_CALL = 1_000_000;

/** The most jobs that a run leaves to be enqueued with its success: they go in one statement with it. */
export const MAX_FOLLOW_UPS = 1_000;

/** The most schedules that one definition declares. */
export const MAX_DECLARED_SCHEDULES = 100;

/** The longest cron expression, in characters. */
export const MAX_CRON_LENGTH = 255;

/** The largest payload of a schedule, as bytes of JSON in UTF-8: 1 MiB. Those of a whole page are in memory at once. */
export const MAX_SCHEDULE_PAYLOAD_BYTES: number = 1024 * 1024;

/** The most jobs of one backfill. */
export const MAX_BACKFILL = 10_000;

/** The most schedules of one page, and of one pass over what is due. */
export const MAX_SCHEDULES_PER_PAGE = 200;

/** The most channels of one Worker: each goes with every claim. */
export const MAX_CHANNELS = 1_000;

/** The longest error text kept with a job, in characters. */
export const MAX_ERROR_LENGTH = 10_000;

/** The longest unique key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1_024;

/** The most jobs of a kind, or of a group, that a limit may allow to run at a time. */
export const MAX_CONCURRENT = 1_000_000;

/** The most starts that a rate may allow, and the shortest time that it may count them over, in seconds. */
export const MAX_RATE_STARTS = 1_000_000;
export const MIN_RATE_SECS = 0.001;

/** The most jobs in a row that a group may start when it is its turn. */
export const MAX_WEIGHT = 1_000;
