import type { TestSchema } from '../../support/database.ts';
import type { Sightings } from './real.ts';
import type { ModelTick, ScheduleModel } from './schedule-model.ts';
import { type TickProcess, ticksAfter } from './schedule-real.ts';

/** The schedules under test: two processes that may call for them and enqueue their ticks, and what they have enqueued. */
export interface ScheduleReal {
  readonly schema: TestSchema;
  readonly caller: TickProcess;
  readonly other: TickProcess;
  readonly seen: Sightings;
  /** All ticks that were due and enqueued, by key and time. */
  readonly enqueued: Set<string>;
  /** The place of the last job in the order of enqueueing. */
  lastSeq: number;
}

/** @throws Error where other jobs have come than these, or a tick a second time. */
export async function expectTicks(
  model: ScheduleModel,
  real: ScheduleReal,
  should: readonly ModelTick[],
): Promise<void> {
  const { ticks, seq } = await ticksAfter(real.schema, real.lastSeq);
  real.lastSeq = seq;
  const found = ticks.map(({ jobId: _, ...tick }): ModelTick => ({ ...tick, dueMs: tick.dueMs + model.agedMs }));
  differ('ticks', byKey(found), byKey(should));
  for (const { key, origin, dueMs } of found) {
    if (origin !== 'schedule') continue;
    const name = `${key} ${dueMs}`;
    if (real.enqueued.has(name)) throw new Error(`the tick ${name} was enqueued twice`);
    real.enqueued.add(name);
  }
  for (const { key, origin, jobId } of ticks) {
    const schedule = model.schedules.get(key);
    if (origin === 'schedule' && schedule !== undefined) schedule.lastJobId = jobId;
  }
}

/** Those of one schedule in the order in which they were enqueued. */
function byKey(ticks: readonly ModelTick[]): readonly unknown[] {
  const sorted = ticks.toSorted((a, b) => a.key.localeCompare(b.key));
  return sorted.map(({ key, origin, dueMs, isLate, n }) => ({ key, origin, dueMs, isLate, n }));
}

/** @throws Error where the schedules are not what the model says. */
export async function compareSchedules(model: ScheduleModel, real: ScheduleReal): Promise<void> {
  const { schedules } = await real.caller.schedules.list();
  const is = schedules.map((one) => ({
    key: one.key,
    origin: one.origin,
    by: one.cron === null ? 'every' : 'cron',
    n: (one.payload as { readonly n: number }).n,
    nextMs: one.nextAt.getTime() + model.agedMs,
    lastMs: one.lastAt === null ? null : one.lastAt.getTime() + model.agedMs,
    lastJobId: one.lastJobId,
    isPaused: one.pausedAt !== null,
  }));
  const all = [...model.schedules.values()].toSorted((a, b) => a.key.localeCompare(b.key));
  const should = all.map(({ key, origin, rule, nextMs, lastMs, lastJobId, isPaused }) => {
    return { key, origin, by: rule.by, n: rule.n, nextMs, lastMs, lastJobId, isPaused };
  });
  differ('schedules', is, should);
  real.seen.set('steps', (real.seen.get('steps') ?? 0) + 1);
}

function differ(what: string, is: readonly unknown[], should: readonly unknown[]): void {
  const [told, expected] = [is, should].map((list) => list.map((one) => JSON.stringify(one)).join('\n'));
  if (told !== expected) throw new Error(`${what} are\n${told}\nand should be\n${expected}`);
}
