import type fc from 'fast-check';
import { compareSchedules, expectTicks, type ScheduleReal } from './schedule-ledger.ts';
import { type ModelPlan, type ModelRule, type ModelTick, type ScheduleModel, STEP_SECS } from './schedule-model.ts';
import { specOf } from './schedule-real.ts';

export type ScheduleCommand = fc.AsyncCommand<ScheduleModel, ScheduleReal>;

/** So many ticks of a schedule are made up for within one pass, whatever else there is. */
const MOST_TICKS = 400;

/** One step, which says what jobs come of it. The database is compared after each. */
function command(
  text: string,
  run: (model: ScheduleModel, real: ScheduleReal) => Promise<readonly ModelTick[]>,
): ScheduleCommand {
  return {
    check: () => true,
    run: async (model, real) => {
      await expectTicks(model, real, await run(model, real));
      await compareSchedules(model, real);
    },
    toString: () => text,
  };
}

export const setCommand = (key: string, rule: ModelRule): ScheduleCommand =>
  command(`set(${key}, ${JSON.stringify(rule)})`, async (model, real) => {
    const isNew = !model.schedules.has(key);
    await real.caller.schedules.set(real.caller.definition, specOf(key, rule));
    model.enter(key, rule, nowOf(model, real), 'api');
    see(real, isNew ? 'schedules entered' : 'schedules set again');
    return [];
  });

export const pauseCommand = (key: string): ScheduleCommand =>
  command(`pause(${key})`, async (model, real) => {
    const schedule = model.schedules.get(key);
    if (schedule === undefined) return [];
    await real.caller.schedules.pause('TICKED', key);
    model.pause(schedule);
    see(real, 'pauses');
    return [];
  });

export const resumeCommand = (key: string): ScheduleCommand =>
  command(`resume(${key})`, async (model, real) => {
    const schedule = model.schedules.get(key);
    if (schedule === undefined) return [];
    await real.caller.schedules.resume('TICKED', key);
    see(real, schedule.isPaused ? 'resumes of what was paused' : 'resumes of what was not');
    model.resume(schedule, nowOf(model, real));
    return [];
  });

export const removeCommand = (key: string): ScheduleCommand =>
  command(`remove(${key})`, async (model, real) => {
    const was = model.schedules.delete(key);
    if ((await real.caller.schedules.remove('TICKED', key)) !== was)
      throw new Error(`${key} was ${was ? '' : 'not '}there`);
    see(real, 'removals', was ? 1 : 0);
    return [];
  });

export const triggerCommand = (key: string): ScheduleCommand =>
  command(`trigger(${key})`, async (model, real) => {
    const schedule = model.schedules.get(key);
    if (schedule === undefined) return [];
    await real.caller.schedules.trigger('TICKED', key);
    see(real, 'triggers');
    const dueMs = Math.floor(nowOf(model, real));
    return [{ key, origin: 'trigger', dueMs, isLate: false, n: schedule.rule.n }];
  });

export const backfillCommand = (key: string, steps: number): ScheduleCommand =>
  command(`backfill(${key}, ${steps} steps)`, async (model, real) => {
    const schedule = model.schedules.get(key);
    if (schedule === undefined) return [];
    const to = await clockOf(real);
    const from = to - steps * STEP_SECS * 1000;
    await real.caller.schedules.backfill('TICKED', key, { from: new Date(from), to: new Date(to) });
    const nowMs = nowOf(model, real);
    const times = model.ticksIn(schedule, from + model.agedMs, to + model.agedMs);
    see(real, 'ticks backfilled', times.length);
    const { n } = schedule.rule;
    return times.map((dueMs) => ({ key, origin: 'backfill', dueMs, isLate: nowMs - dueMs > 60_000, n }));
  });

/** The next release, whose definition declares these schedules, is started everywhere. */
export const deployCommand = (declared: ReadonlyMap<string, ModelRule>): ScheduleCommand =>
  command(`deploy(${JSON.stringify([...declared])})`, async (model, real) => {
    await real.caller.start(declared);
    model.declare(declared, nowOf(model, real));
    await real.other.start(declared); // which changes nothing more
    real.other.looks();
    see(real, 'deployments');
    return [];
  });

export const passCommand = (steps: number): ScheduleCommand =>
  command(`time passes(${steps} steps)`, async (model, real) => {
    const ms = steps * STEP_SECS * 1000;
    const thenMs = (await clockOf(real)) + model.agedMs + ms;
    const missed = [...model.schedules.values()].map(({ nextMs, rule }) => (thenMs - nextMs) / 1000 / rule.periodSecs);
    if (Math.max(0, ...missed) > MOST_TICKS) return [];
    await real.schema.age(steps * STEP_SECS, 'schedule');
    model.agedMs += ms;
    see(real, 'steps of time', steps);
    return [];
  });

/** The job of the last tick is over. */
export const endCommand = (key: string): ScheduleCommand =>
  command(`end(${key})`, async (model, real) => {
    const jobId = model.schedules.get(key)?.lastJobId ?? null;
    if (jobId === null || model.over.has(jobId)) return [];
    await real.caller.cancel(jobId);
    model.over.add(jobId);
    see(real, 'jobs of ticks that ended');
    return [];
  });

export const fireCommand = (): ScheduleCommand =>
  command('fire', async (model, real) => {
    await real.other.fire('all');
    const ticks: ModelTick[] = [];
    // In the order in which the process has asked: what is gone that the definition declares is entered after a look.
    for (const { at, nowMs } of real.other.looks()) {
      if (at === 'schedules') model.enterDeclared(nowMs + model.agedMs);
      else ticks.push(...fired(model, real, model.plan(nowMs + model.agedMs)));
    }
    return ticks;
  });

/** Two orchestrators look at the same time: each tick is there once. */
export const fireTogetherCommand = (): ScheduleCommand =>
  command('fire together', async (model, real) => {
    // At the turn of a minute one may see due what the other does not.
    if (model.missing.length > 0 || (await clockOf(real)) % 60_000 > 55_000) return [];
    await Promise.all([real.caller.fire('one'), real.other.fire('one')]);
    const looks = [...real.caller.looks(), ...real.other.looks()];
    const plans = model.plan(Math.max(...looks.map(({ nowMs }) => nowMs)) + model.agedMs);
    see(real, 'schedules that two looked for', plans.length);
    return fired(model, real, plans);
  });

/** An orchestrator has seen what is due; before it enqueues that, something else happens. */
export const overtakenCommand = (inner: ScheduleCommand): ScheduleCommand =>
  command(`fire, overtaken by ${inner}`, async (model, real) => {
    if (model.missing.length > 0) return [];
    let [nowMs, seen]: [number, readonly ModelPlan[]] = [0, []];
    await real.caller.fire('one', async () => {
      nowMs = nowOf(model, real);
      seen = model.plan(nowMs);
      await inner.run(model, real);
    });
    real.caller.looks();
    // Whether the job before is over is asked when the tick is enqueued.
    const plans = model.plan(nowMs).filter((plan) => seen.some((one) => one.revision === plan.revision));
    see(real, 'schedules enqueued though another was changed', plans.length);
    see(real, 'schedules left alone since they were changed', seen.length - plans.length);
    return fired(model, real, plans);
  });

/** The jobs' ids are entered once they are known: see `expectTicks`. */
function fired(model: ScheduleModel, real: ScheduleReal, plans: readonly ModelPlan[]): readonly ModelTick[] {
  for (const plan of plans) {
    if (plan.left !== null) see(real, `ticks left out: ${plan.left}`);
    model.advance(plan);
  }
  const ticks = plans.flatMap((plan) => plan.ticks);
  see(real, 'ticks enqueued', ticks.length);
  see(real, 'late ticks enqueued', ticks.filter(({ isLate }) => isLate).length);
  return ticks;
}

/** The database's clock, as the process was told first in this step: all that it does follows from that. */
function nowOf(model: ScheduleModel, { caller }: ScheduleReal): number {
  const [first] = caller.looks();
  if (first === undefined) throw new Error('the database was not asked for its clock');
  return first.nowMs + model.agedMs;
}

/** The database's clock, in whole milliseconds. */
async function clockOf({ schema }: ScheduleReal): Promise<number> {
  return Number(await schema.value('select floor(extract(epoch from now()) * 1000)::float8'));
}

function see({ seen }: ScheduleReal, what: string, times = 1): void {
  seen.set(what, (seen.get(what) ?? 0) + times);
}
