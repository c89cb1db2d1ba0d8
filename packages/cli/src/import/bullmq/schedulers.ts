import { type Context, InvalidOptionError, JobDefinition, PayloadError, type ScheduleSpec } from '@bearmq/core';
import { given } from '../../given.ts';
import type { JobMap } from '../job-map.ts';
import type { FoundSchedule, ImportedSpec } from '../schedule.ts';
import type { ScheduleKeys } from '../schedule-keys.ts';
import { entryOf, settingsOf } from './bullmq-job.ts';
import type { BullScheduler, OpenQueue } from './bullmq-types.ts';

interface SchedulerOptions {
  readonly open: OpenQueue;
  readonly map: JobMap;
  readonly context: Context;
  readonly keys: ScheduleKeys;
  readonly isSet: boolean;
}

/**
 * The job schedulers of a queue. Where they are to be set, each that has an entry in the map is entered here, and then removed
 * there with its next job: a tick that is due in between comes twice.
 */
export async function importSchedulers(options: SchedulerOptions): Promise<readonly FoundSchedule[]> {
  const found: FoundSchedule[] = [];
  for (const scheduler of await options.open.queue.getJobSchedulers()) {
    const entry = entryOf(options.map, options.open.name, scheduler.name);
    const spec = specOf(scheduler, entry?.channel);
    const problem = problemOf(scheduler) ?? (entry && (await options.keys.refusal(entry.name, spec)));
    const refusal =
      problem ?? (options.isSet && entry !== undefined ? await set(options, entry.name, scheduler, spec) : undefined);
    found.push({
      queue: options.open.name,
      name: entry?.name ?? null,
      spec,
      isSet: options.isSet && entry !== undefined && refusal === undefined,
      ...(refusal === undefined ? {} : { problem: refusal }),
    });
  }
  return found;
}

function specOf({ key, pattern, tz, every, template }: BullScheduler, channel: string | undefined): ImportedSpec {
  return {
    key,
    ...given({
      cron: pattern ?? undefined,
      timeZone: tz ?? undefined,
      everySecs: (every ?? null) === null ? undefined : Number(every) / 1000,
      channel,
      ...(template?.opts === undefined ? {} : settingsOf(template.opts, 0)),
      payload: template?.data ?? undefined,
    }),
  };
}

/** What a schedule cannot say. */
function problemOf({ limit, startDate, endDate }: BullScheduler): string | undefined {
  const said = Object.entries({ limit, startDate, endDate }).filter(([, value]) => (value ?? null) !== null);
  if (said.length === 0) return undefined;
  return `has ${said.map(([name]) => name).join(', ')}, which schedules have not: remove it when it is over`;
}

/** @returns why it could not be set; then it is where it was. */
async function set(
  { open, context }: SchedulerOptions,
  name: string,
  { key }: BullScheduler,
  spec: ImportedSpec,
): Promise<string | undefined> {
  try {
    await context.schedules.set(
      new JobDefinition<unknown>({ context, name }),
      spec as ScheduleSpec<unknown> & { readonly key: string },
    );
  } catch (error) {
    if (error instanceof InvalidOptionError || error instanceof PayloadError) return error.message;
    throw error;
  }
  await open.queue.removeJobScheduler(key);
  return undefined;
}
