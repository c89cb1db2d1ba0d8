import type { Context, ScheduleSpec } from '@bearmq/core';
import { InvalidOptionError, JobDefinition, PayloadError } from '@bearmq/core';
import type { Driver, SqlSession } from '@bearmq/core/driver';
import { given } from '../../given.ts';
import type { JobMap } from '../job-map.ts';
import type { FoundSchedule, ImportedSpec } from '../schedule.ts';
import { ScheduleKeys } from '../schedule-keys.ts';
import { columnsOf, query, tableOf } from './sql.ts';

/** What `boss.schedule` was told beside the cron expression, as far as it has a counterpart. */
interface BossOptions {
  readonly missed?: string;
  readonly priority?: number;
  readonly retryLimit?: number;
  readonly retryDelay?: number;
  readonly retryBackoff?: boolean;
  readonly retryDelayMax?: number;
  readonly expireInSeconds?: number;
}

export interface BossSchedule {
  readonly queue: string;
  readonly key: string;
  readonly spec: ImportedSpec;
}

export async function readBossSchedules(session: SqlSession, schema: string): Promise<readonly BossSchedule[]> {
  const columns = await columnsOf(session, schema, 'schedule');
  const key = columns.has('key') ? 's.key' : "''";
  const rows = await query(
    session,
    'boss_schedules',
    `select s.name::text, ${key}::text, s.cron::text, s.timezone::text, s.data::text, s.options::text
     from ${tableOf(schema, 'schedule')} s order by 1, 2`,
  );
  return rows.map(([name, ownKey, cron, zone, data, options]) => ({
    queue: String(name),
    key: String(ownKey),
    spec: specOf({
      key: String(ownKey),
      cron: String(cron),
      timeZone: zone === null || zone === undefined ? undefined : String(zone),
      payload: data === null || data === undefined ? null : JSON.parse(String(data)),
      options: (JSON.parse(String(options ?? '{}')) ?? {}) as BossOptions,
    }),
  }));
}

interface Read {
  readonly key: string;
  readonly cron: string;
  readonly timeZone: string | undefined;
  readonly payload: unknown;
  readonly options: BossOptions;
}

function specOf({ key, cron, timeZone, payload, options }: Read): ImportedSpec {
  const { missed, priority, retryLimit, retryDelay, retryBackoff, retryDelayMax, expireInSeconds } = options;
  const delaySecs = Math.max(1, retryDelay ?? 1);
  const isGrowing = retryBackoff === true;
  return {
    key: key === '' ? 'default' : key,
    cron,
    ...given({
      timeZone,
      // What was due while nobody looked is left out there, unless it is told otherwise.
      catchUp: missed === 'once' ? undefined : ('none' as const),
      priority,
      numAttempts: retryLimit === undefined ? undefined : retryLimit + 1,
      timeoutSecs: isGrowing ? undefined : retryDelay,
      backoff: isGrowing
        ? {
            type: 'exponential' as const,
            delaySecs: 2 * delaySecs,
            ...given({ maxSecs: retryDelayMax }),
            jitter: 'half' as const,
          }
        : undefined,
      maxRunSecs: expireInSeconds,
      payload: payload ?? undefined,
    }),
  };
}

export interface SetSchedulesOptions {
  readonly driver: Driver;
  readonly context: Context;
  readonly schema: string;
  readonly map: JobMap;
  readonly isSet: boolean;
}

/**
 * The schedules of pg-boss. Where they are to be set, each that has an entry in the map is entered here and deleted there in
 * one transaction, so that none of its ticks comes twice.
 */
export async function importBossSchedules(options: SetSchedulesOptions): Promise<readonly FoundSchedule[]> {
  const { driver, context, schema, map, isSet } = options;
  const keys = new ScheduleKeys(context);
  const found: FoundSchedule[] = [];
  for (const schedule of await readBossSchedules(driver, schema)) {
    const name = map.get(schedule.queue)?.name ?? null;
    const { queue, spec } = schedule;
    const refusal = name === null ? undefined : await keys.refusal(name, spec);
    const problem = refusal ?? (isSet && name !== null ? await setSchedule(options, name, schedule) : undefined);
    found.push({
      queue,
      name,
      spec,
      isSet: isSet && name !== null && problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    });
  }
  return found;
}

/** @returns why it could not be set; then it is where it was. */
async function setSchedule(
  { driver, context, schema, map }: SetSchedulesOptions,
  name: string,
  { queue, key, spec }: BossSchedule,
): Promise<string | undefined> {
  const definition = new JobDefinition<unknown>({ context, name });
  const channel = map.get(queue)?.channel;
  const columns = await columnsOf(driver, schema, 'schedule');
  const ofKey = columns.has('key') ? 'and s.key = $2::text' : 'and $2::text is not null';
  try {
    await driver.transaction(async (tx) => {
      await query(
        tx,
        'remove_boss_schedule',
        `delete from ${tableOf(schema, 'schedule')} s where s.name = $1::text ${ofKey}`,
        [queue, key],
      );
      await context.schedules.set(
        definition,
        { ...spec, ...(channel === undefined ? {} : { channel }) } as ScheduleSpec<unknown> & { readonly key: string },
        { tx },
      );
    });
    return undefined;
  } catch (error) {
    if (error instanceof InvalidOptionError || error instanceof PayloadError) return error.message;
    throw error;
  }
}
