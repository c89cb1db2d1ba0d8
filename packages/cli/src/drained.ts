import type { Context } from '@bearmq/core';

/** What is looked at, while a program waits until there is no more to do. */
export interface Drain {
  readonly context: Context;
  /** The names that are worked. */
  readonly names: readonly string[];
  /** The channels that are taken; `undefined`: all. */
  readonly channels: readonly string[] | undefined;
}

/**
 * Whether nothing is ready and nothing runs, of what this program works. Jobs that wait for their time do not count, nor
 * those of other names. One that waits for its group does: what holds the group runs.
 */
export async function isDrained({ context, names, channels }: Drain): Promise<boolean> {
  const lanes = await context.lanes({ upTo: 1 });
  return lanes
    .filter(({ jobName, channel }) => names.includes(jobName) && (channels?.includes(channel) ?? true))
    .every(({ ready, running, served }) => (ready.value === 0 || served === 'paused') && running.value === 0);
}
