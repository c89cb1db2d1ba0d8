/**
 * Names are ordered by their bytes, whatever the database's collation is: a new version of the operating system's or of
 * ICU may order letters anew, and then indexes that rely on it are broken, silently.
 */
export const NAME = 'text collate "C"';

/**
 * Hot tables are vacuumed after a few thousand changes, at full speed, whatever the server's defaults: dead index
 * entries at the head of the ready index are what slows a queue down.
 */
export const HOT_TABLE = `autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0.02,
      autovacuum_analyze_threshold = 2000, autovacuum_analyze_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0`;

/** The longest time that anything waits, in seconds: 100 years of 365 days. */
export const MAX_SECS = 3_153_600_000;

/** The longest name of a job, a channel, a key or a step, in bytes of UTF-8. */
export const NAME_BYTES = 255;

/** The longest name of a group, in bytes of UTF-8. */
export const GROUP_BYTES = 1024;

/** The condition that a column holds a text that is not empty and not too long. One that is null fulfils it. */
export function fits(column: string, bytes: number = NAME_BYTES): string {
  return `octet_length(${column}) between 1 and ${bytes}`;
}

/** The condition that columns say how many starts there may be in how many seconds; or, all being null, that there is no limit. */
export function isRate(max: string, secs: string): string {
  return `num_nulls(${max}, ${secs}) in (0, 2) and ${max} between 1 and 1000000 and ${secs} between 0.001 and ${MAX_SECS}`;
}
