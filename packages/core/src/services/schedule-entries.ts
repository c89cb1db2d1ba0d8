import type { SqlSession } from '../driver/index.ts';
import { InvalidOptionError } from '../errors.ts';
import { SCHEDULE_DEFAULTS } from '../model/schedule/defaults.ts';
import { isSameTiming, type ScheduleEntry } from '../model/schedule/rule.ts';
import type { StoredSchedule } from '../model/schedule/stored.ts';
import { tickTimesOf } from '../model/schedule/tick-times.ts';
import type { Tables } from '../schema/index.ts';
import { putSchedules, readSchedules, type ScheduleChange } from '../statements/schedule-rows.ts';
import { upsertSchedule } from '../statements/schedules.ts';
import type { RegisteredJob } from './registry.ts';

interface Way {
  readonly session: SqlSession;
  readonly tables: Tables;
}

/** @throws PayloadError for a schedule whose payload the definition's schema does not take, as a run would find it. */
export async function checkDeclared({ schedules, check }: Pick<RegisteredJob, 'schedules' | 'check'>): Promise<void> {
  if (check === undefined) return;
  for (const { payloadText } of schedules) await check(JSON.parse(payloadText));
}

/** Enters the schedules that a definition declares, and deletes those that it declared before and does not any more. */
export async function enterDeclared(way: Way, { name, schedules, repeatSecs }: RegisteredJob): Promise<void> {
  const keys = schedules.map(({ key }) => key);
  await put(way, name, { entries: schedules, keys, origin: 'definition', isRepeating: repeatSecs !== undefined });
}

/**
 * Enters again what a definition declares and what is gone. What is there is left alone, as it is: a later release, which
 * has registered since, may have changed it, or have added to it.
 */
export async function enterMissing(way: Way, { name, schedules }: RegisteredJob): Promise<void> {
  const keys = schedules.map(({ key }) => key);
  await put(way, name, { entries: schedules, keys, origin: 'definition', isRepeating: false, are: 'missing' });
}

/** Enters the schedule of a definition's `repeatSecs`. */
export async function enterRepeat(
  { session, tables }: Way,
  { name, schedules }: RegisteredJob,
  repeatSecs: number,
): Promise<void> {
  const keys = schedules.map(({ key }) => key);
  if ((await upsertSchedule(session, tables, { name, repeatSecs, keys })) === 'api') {
    throw takenKey(name, SCHEDULE_DEFAULTS.key, 'api');
  }
}

/** Enters a schedule that a call asks for, or changes it. */
export async function enterCalled(way: Way, name: string, entry: ScheduleEntry): Promise<void> {
  await put(way, name, { entries: [entry], keys: [entry.key], origin: 'api', isRepeating: false });
}

interface Wanted {
  readonly entries: readonly ScheduleEntry[];
  readonly keys: readonly string[];
  readonly origin: 'definition' | 'api';
  /** What `repeatSecs` has entered is not deleted. */
  readonly isRepeating: boolean;
  /** Those that are there are neither changed nor deleted. */
  readonly are?: 'missing';
}

/**
 * The rows are read, and changed if they are still what they were; else again. Whoever comes between has done something:
 * a tick, ten a second at most, or another change.
 */
async function put({ session, tables }: Way, name: string, wanted: Wanted): Promise<void> {
  const { entries, keys, origin, isRepeating, are } = wanted;
  const which = { jobName: name, keys, ...(origin === 'definition' ? ({ declared: 'too' } as const) : {}) };
  for (;;) {
    const { rows, nowMs } = await readSchedules(session, tables, which);
    const known = new Map(rows.map((row) => [row.key, row]));
    const asked = are === 'missing' ? entries.filter(({ key }) => !known.has(key)) : entries;
    const changes = asked.flatMap((entry) => changeOf(name, entry, origin, { row: known.get(entry.key), nowMs }));
    const gone = rows.filter(
      ({ key, origin: whose }) =>
        origin === 'definition' &&
        are !== 'missing' &&
        whose !== 'api' &&
        !keys.includes(key) &&
        !(isRepeating && key === SCHEDULE_DEFAULTS.key),
    );
    if (changes.length + gone.length === 0) return;
    if ((await putSchedules(session, tables, { changes, gone })) === changes.length + gone.length) return;
  }
}

/** @throws InvalidOptionError where the key is taken by a schedule of the other kind. */
function changeOf(
  jobName: string,
  entry: ScheduleEntry,
  origin: 'definition' | 'api',
  { row, nowMs }: { readonly row: StoredSchedule | undefined; readonly nowMs: number },
): readonly ScheduleChange[] {
  const { key, ruleText, payloadText } = entry;
  if (row !== undefined && (row.origin === 'api') !== (origin === 'api')) throw takenKey(jobName, key, row.origin);
  const isSame = row?.ruleText === ruleText && row.payloadText === payloadText && row.origin === origin;
  if (isSame) return [];
  const { id = null, revision = 0 } = row ?? {};
  return [{ id, revision, jobName, key, origin, ruleText, payloadText, nextAtMs: nextAtOf(entry, row, nowMs) }];
}

/**
 * When the next tick of a new or a changed schedule is due: the first one from now on. A rule that is changed neither
 * makes up for anything nor repeats anything; where the times stay as they were, so does the next one (`null`).
 *
 * An interval begins with the first tick, which is due at once, and goes on on the grid of the last.
 */
function nextAtOf({ rule }: ScheduleEntry, row: StoredSchedule | undefined, nowMs: number): number | null {
  if (row !== undefined && isSameTiming(row.rule, rule)) return null;
  if (rule.cron === undefined && (row?.lastAtMs ?? null) === null) return Math.floor(nowMs);
  return tickTimesOf(rule, row?.lastAtMs ?? nowMs).after(nowMs);
}

function takenKey(jobName: string, key: string, by: StoredSchedule['origin']): InvalidOptionError {
  const [name, quoted] = [JSON.stringify(jobName), JSON.stringify(key)];
  return by === 'api'
    ? new InvalidOptionError(
        `JobDefinition.schedules of ${name}`,
        `has the key ${quoted} (that of repeatSecs is "default"), which a call of context.schedules.set has taken: ` +
          'give that one another, and remove this one',
      )
    : new InvalidOptionError(
        'schedules.set.key',
        `is ${quoted}, which the definition of ${name} has taken: give it another, or change the definition`,
      );
}
