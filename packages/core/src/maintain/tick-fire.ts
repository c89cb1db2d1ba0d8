import { DatabaseError } from '../driver/index.ts';
import type { TickJob } from '../model/job.ts';
import { SCHEDULE_DEFAULTS } from '../model/schedule/defaults.ts';
import { jitterOf } from '../model/schedule/jitter.ts';
import { type DueTick, MAX_TICKS_PER_PASS, planTicks, type TickPlan } from '../model/schedule/tick-plan.ts';
import { elaborateTicks } from '../services/elaborate-ticks.ts';
import type { RegisteredJob } from '../services/registry.ts';
import type { Services } from '../services/services.ts';
import { type DueSchedule, type Fire, type Fired, fireTicks } from '../statements/due-schedules.ts';

/** A schedule that is due, with what becomes of its ticks. */
export interface PlannedFire {
  readonly schedule: DueSchedule;
  readonly plan: TickPlan;
  readonly fire: Fire;
}

/**
 * Works out what is to be enqueued. Where runs must not overlap, that is one tick at most: the job of the oldest is not
 * over when the next one's turn comes.
 *
 * @throws whatever the group generator throws; Error for an expression or a zone that this process does not know.
 */
export function plannedFire(definition: RegisteredJob, schedule: DueSchedule, nowMs: number): PlannedFire {
  const { id, revision, rule, nextAtMs } = schedule;
  const plan = planTicks(rule, nextAtMs, nowMs);
  const overlap = rule.overlap ?? SCHEDULE_DEFAULTS.overlap;
  const ticks = overlap === 'skip' ? plan.ticks.slice(0, 1) : plan.ticks;
  const jobs = ticks.map((tick) => jobOf(definition, schedule, tick));
  return { schedule, plan, fire: { id, revision, lastAtMs: plan.lastMs, nextAtMs: plan.nextMs, overlap, jobs } };
}

function jobOf(definition: RegisteredJob, schedule: DueSchedule, { dueMs, isLate }: DueTick): TickJob {
  const { jobName, key, rule, payloadText } = schedule;
  const { jitterSecs = SCHEDULE_DEFAULTS.jitterSecs, overrides } = rule;
  return definition.tickJob({
    tick: { key, dueAtMs: dueMs, isLate, origin: 'schedule' },
    overrides,
    jitterSecs: jitterSecs === 0 ? 0 : jitterSecs * jitterOf(jobName, key, dueMs),
    payload: payloadText === null ? undefined : (JSON.parse(payloadText) as unknown),
    v: rule.v,
  });
}

/** As many as one statement takes: they have no more jobs together than one schedule may have by itself. */
export function* batchesOf(planned: readonly PlannedFire[]): Generator<readonly PlannedFire[], void> {
  let batch: PlannedFire[] = [];
  let jobs = 0;
  for (const one of planned) {
    const more = one.fire.jobs.length;
    if (batch.length > 0 && jobs + more > MAX_TICKS_PER_PASS) {
      yield batch;
      [batch, jobs] = [[], 0];
    }
    batch.push(one);
    jobs += more;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Enqueues a batch of ticks, and resolves to what became of each schedule, by its id; those that were not advanced are not
 * among them. The hooks of the context are told of each tick that is due, as it is tried: another process may be faster.
 */
export async function firedOf(
  services: Services,
  batch: readonly PlannedFire[],
): Promise<ReadonlyMap<string, Fired['outcome']>> {
  const fired = new Map<string, Fired['outcome']>();
  const sources = new Map(batch.flatMap(({ schedule, fire }) => fire.jobs.map(({ id }) => [id, schedule])));
  const payloadOf = ({ id }: TickJob): unknown => JSON.parse(sources.get(id)?.payloadText ?? 'null');
  const jobs = batch.flatMap(({ fire }) => fire.jobs);
  await elaborateTicks(services, jobs, payloadOf, async (made) => {
    const byId = new Map(made.map((job) => [job.id, job]));
    const fires = batch.map(({ fire }) => ({ ...fire, jobs: fire.jobs.map((job) => byId.get(job.id) ?? job) }));
    for (const { id, outcome } of await fireTicks(services.driver, services.tables, fires)) fired.set(id, outcome);
  });
  return fired;
}

/** Of data, of a constraint, of a limit of the server's, of what a trigger raises: not for want of a table or of a right. */
const OF_DATA = /^(22|23|54|P0)/;

/**
 * Whether it is one of the ticks that is at fault, and the others may do: the server has refused what it holds, or a hook or
 * the codec, which are the user's, threw for it.
 */
export function isOfOneTick(error: unknown): boolean {
  return !(error instanceof DatabaseError) || (!error.isRetryable && OF_DATA.test(error.sqlState ?? ''));
}
