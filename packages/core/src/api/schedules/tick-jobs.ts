import { InvalidOptionError } from '../../errors.ts';
import type { NewJob } from '../../model/job.ts';
import { MAX_BACKFILL } from '../../model/limits.ts';
import type { TickOrigin } from '../../model/schedule/rule.ts';
import type { StoredSchedule } from '../../model/schedule/stored.ts';
import { isLateTick } from '../../model/schedule/tick-plan.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import { byTimesOf } from './stored-rule.ts';

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
}

/** @throws InvalidOptionError for more ticks than one call may enqueue, and for some that are still to come. */
export function backfillTimes(schedule: StoredSchedule, { fromMs, toMs, nowMs }: Stretch): readonly number[] {
  const option = 'schedules.backfill.to';
  const [at, now] = [toMs, nowMs].map((ms) => new Date(ms).toISOString());
  if (toMs > nowMs) throw new InvalidOptionError(option, `must not be later than now, which is ${now}; got ${at}`);
  return byTimesOf('backfill', schedule, (all) => {
    const times: number[] = [];
    for (let ms = all.after(fromMs - 1); ms !== null && ms < toMs; ms = all.after(ms)) {
      if (times.length === MAX_BACKFILL) {
        const remedy = `make several calls: this one may go up to ${new Date(ms).toISOString()}`;
        throw new InvalidOptionError(option, `leaves more than ${MAX_BACKFILL} ticks; ${remedy}`);
      }
      times.push(ms);
    }
    return times;
  });
}

/** The jobs of ticks that somebody calls for. */
export function jobsOf(
  definition: RegisteredJob,
  { key, rule, payloadText }: StoredSchedule,
  times: readonly number[],
  { origin, nowMs }: { readonly origin: TickOrigin; readonly nowMs: number },
): readonly NewJob[] {
  const payload = definition.hasGroups ? (JSON.parse(payloadText) as unknown) : undefined;
  return times.map((dueAtMs) => ({
    ...definition.tickJob({
      tick: { key, dueAtMs, isLate: isLateTick(dueAtMs, nowMs), origin },
      overrides: rule.overrides,
      jitterSecs: 0,
      payload,
      v: rule.v,
    }),
    payloadText,
  }));
}
