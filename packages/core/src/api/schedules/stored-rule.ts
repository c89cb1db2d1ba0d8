import { BearError, InvalidOptionError } from '../../errors.ts';
import { settingChecks } from '../../job-settings.ts';
import { describe, reasonOf } from '../../messages.ts';
import type { StoredSchedule } from '../../model/schedule/stored.ts';
import { type TickTimes, tickTimesOf } from '../../model/schedule/tick-times.ts';
import { checkOptions, unchecked } from '../../options/check-options.ts';
import { groupCheck } from '../job-definition/job-definition-options.ts';

/**
 * Works something out of the moments of a schedule.
 *
 * @throws InvalidOptionError where its rule is one that no call has entered: it was changed by hand, or restored from elsewhere.
 */
export function byTimesOf<T>(method: string, schedule: StoredSchedule, work: (times: TickTimes) => T): T {
  try {
    return work(tickTimesOf(schedule.rule, schedule.nextAtMs));
  } catch (error) {
    if (error instanceof BearError) throw error;
    const { cron, timeZone } = schedule.rule;
    const rule = `cron ${describe(cron)} in the time zone ${describe(timeZone)}`;
    throw brokenRule(method, schedule, `${rule} has no times: ${reasonOf(error)}`, error);
  }
}

const overrideChecks = { ...settingChecks, jobGroup: groupCheck, headers: unchecked };

/** @throws InvalidOptionError likewise, where what its jobs have that differs from their definition is out of range. */
export function checkStoredOverrides(method: string, schedule: StoredSchedule): void {
  try {
    checkOptions('overrides', schedule.rule.overrides ?? {}, overrideChecks);
  } catch (error) {
    if (error instanceof InvalidOptionError) throw brokenRule(method, schedule, error.message, error);
    throw error;
  }
}

function brokenRule(method: string, { jobName, key, origin }: StoredSchedule, why: string, cause: unknown): Error {
  const which = `the schedule ${JSON.stringify(key)} of ${JSON.stringify(jobName)}`;
  const remedy =
    origin === 'api' ? 'enter it anew with context.schedules.set' : 'register the definition that declares it again';
  const problem = `cannot go by the rule of ${which} as it is in the database: ${why.replace(/\.$/, '')}; ${remedy}`;
  return new InvalidOptionError(`schedules.${method}`, problem, { cause });
}
