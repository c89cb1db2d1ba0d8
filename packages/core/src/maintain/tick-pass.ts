import { MAX_SCHEDULES_PER_PAGE } from '../model/limits.ts';
import type { Clock } from '../runtime/clock.ts';
import { isElaborate } from '../services/elaborate.ts';
import { enterMissing } from '../services/schedule-entries.ts';
import type { Services } from '../services/services.ts';
import { type DuePosition, type DueSchedule, readDueSchedules } from '../statements/due-schedules.ts';
import { putSchedules } from '../statements/schedule-rows.ts';
import { tellOf } from './tick-events.ts';
import { batchesOf, firedOf, isOfOneTick, type PlannedFire, plannedFire } from './tick-fire.ts';
import { patiently } from './tick-patience.ts';

interface TickPassOptions {
  readonly services: Services;
  readonly pollMs: number;
  /** Jobs were enqueued. */
  readonly onFired: () => void;
}

/** How long a schedule may be overdue that its definition declares no more, before it is deleted, in milliseconds. */
const UNDECLARED_MS = 300_000;

/** When to look again where a row was held, or somebody else came first, in milliseconds. */
const HELD_MS = 200;

/** What became of a batch: of each schedule that was advanced, by its id; and those of which there can be no job. */
interface FiredBatch {
  readonly fired: Awaited<ReturnType<typeof firedOf>>;
  readonly refused: readonly PlannedFire[];
}

/**
 * One pass over the schedules that are due: a page is read, what is due is worked out here, and a stored function advances
 * those that are still what they were when they were read, and inserts their jobs. All by the database's clock.
 *
 * Only the definitions of this context are looked at, and of those that definitions have entered, only what they declare
 * here: while a deployment is going on, a process of the release before leaves alone what it does not know. What it has
 * deleted, by its `register`, is entered again here.
 */
export class TickPass {
  readonly #options: TickPassOptions;
  readonly #clock: Clock;

  constructor(options: TickPassOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Resolves to in how many milliseconds there may be something to do. */
  async run(signal: AbortSignal): Promise<number> {
    let waitMs = this.#options.pollMs;
    let after: DuePosition | null = null;
    do {
      const page = await this.#page(after, signal);
      waitMs = Math.min(waitMs, page.waitMs);
      after = page.next;
    } while (after !== null && !signal.aborted);
    return Math.max(1, Math.ceil(waitMs));
  }

  async #page(
    after: DuePosition | null,
    signal: AbortSignal,
  ): Promise<{ readonly waitMs: number; readonly next: DuePosition | null }> {
    const { registry, driver, tables } = this.#options.services;
    const areSeen = isElaborate(this.#options.services);
    const [definitions, mark] = [registry.all(), registry.scheduleNews];
    const declared = definitions.flatMap(({ name, schedules }) => schedules.map(({ key }) => ({ jobName: name, key })));
    const { due, incomplete, nowMs, nextDueMs, isAny } = await readDueSchedules(driver, tables, {
      names: registry.names(),
      withPayloads: definitions.filter(({ hasGroups }) => hasGroups || areSeen).map(({ name }) => name),
      declared,
      after,
      limit: MAX_SCHEDULES_PER_PAGE,
    });
    if (!isAny && declared.length === 0) registry.noSchedules(mark);
    await this.#enterAgain(incomplete);
    const [known, undeclared] = this.#sorted(due);
    await this.#deleteOld(undeclared, nowMs);
    const planned = known.flatMap((schedule) => this.#plan(schedule, nowMs));
    let [isAllDone, soonestMs] = [true, Infinity];
    for (const batch of batchesOf(planned)) {
      const { fired, refused } = await this.#fire(batch, signal);
      const tried = refused.length === 0 ? batch : batch.filter((one) => !refused.includes(one));
      for (const one of tried) {
        soonestMs = Math.min(soonestMs, one.plan.nextMs);
        isAllDone &&= fired.has(one.fire.id);
      }
    }
    const waits = [
      nextDueMs ?? Infinity,
      soonestMs - nowMs,
      ...(isAllDone ? [] : [HELD_MS]),
      ...(incomplete.length > 0 ? [0] : []),
    ];
    const last = due.length === MAX_SCHEDULES_PER_PAGE ? due.at(-1) : undefined;
    return { waitMs: Math.min(...waits), next: last ?? null };
  }

  /** Rows that went (a truncate, a partial restore, the release before) would end a schedule without a word. */
  async #enterAgain(names: readonly string[]): Promise<void> {
    const { registry, driver, tables } = this.#options.services;
    for (const name of new Set(names)) {
      const definition = registry.get(name);
      if (definition !== undefined) await enterMissing({ session: driver, tables }, definition);
    }
  }

  /** Those that are fired here; and those that definitions have entered and do not declare here. */
  #sorted(due: readonly DueSchedule[]): readonly [readonly DueSchedule[], readonly DueSchedule[]] {
    const { registry } = this.#options.services;
    const isKnown = ({ jobName, key, origin }: DueSchedule): boolean =>
      origin === 'api' || (registry.get(jobName)?.schedules.some((declared) => declared.key === key) ?? false);
    return [due.filter(isKnown), due.filter((schedule) => !isKnown(schedule))];
  }

  /** Nobody enqueues them: no release that declares them is there any more. */
  async #deleteOld(undeclared: readonly DueSchedule[], nowMs: number): Promise<void> {
    const { driver, tables } = this.#options.services;
    const gone = undeclared.filter(({ nextAtMs }) => nowMs - nextAtMs > UNDECLARED_MS);
    if (gone.length > 0) await putSchedules(driver, tables, { changes: [], gone });
  }

  /** The group generator is the user's, and the time zones are the engine's: where one fails, the others go on. */
  #plan(schedule: DueSchedule, nowMs: number): readonly PlannedFire[] {
    const { registry } = this.#options.services;
    const definition = registry.get(schedule.jobName);
    if (definition === undefined) return [];
    try {
      return [plannedFire(definition, schedule, nowMs)];
    } catch (error) {
      this.#warnOf(schedule, error);
      return [];
    }
  }

  /**
   * A batch is one statement, and one call of the hooks, so one row that somebody has changed by hand, or one payload that
   * a hook or the codec throws for, has all of it refused. Halves are tried until that one is found, which is told of, and
   * tried again by the next pass; the others go on.
   */
  async #fire(batch: readonly PlannedFire[], signal: AbortSignal): Promise<FiredBatch> {
    try {
      const firing = this.#fireTogether(batch);
      const fired = await (isElaborate(this.#options.services) ? patiently(firing, this.#clock) : firing);
      return { fired, refused: [] };
    } catch (error) {
      if (!isOfOneTick(error)) throw error;
      const [first] = batch;
      if (first !== undefined && batch.length === 1) this.#warnOf(first.schedule, error);
      if (batch.length === 1 || signal.aborted) return { fired: new Map(), refused: batch };
      const middle = Math.ceil(batch.length / 2);
      const one = await this.#fire(batch.slice(0, middle), signal);
      const other = await this.#fire(batch.slice(middle), signal);
      return { fired: new Map([...one.fired, ...other.fired]), refused: [...one.refused, ...other.refused] };
    }
  }

  async #fireTogether(batch: readonly PlannedFire[]): Promise<FiredBatch['fired']> {
    const fired = await firedOf(this.#options.services, batch);
    this.#tell(batch, fired);
    return fired;
  }

  #tell(batch: readonly PlannedFire[], fired: FiredBatch['fired']): void {
    const { services, onFired } = this.#options;
    if (batch.some(({ fire }) => fire.jobs.length > 0 && fired.get(fire.id) === 'enqueued')) onFired();
    for (const one of batch) {
      const outcome = fired.get(one.fire.id);
      if (outcome !== undefined) tellOf(services.events, one, outcome);
    }
  }

  #warnOf({ jobName, key }: DueSchedule, error: unknown): void {
    const [name, quoted] = [JSON.stringify(jobName), JSON.stringify(key)];
    this.#options.services.warn(
      `the ticks of the schedule ${quoted} of ${name} are not enqueued, since its job cannot be made`,
      error,
    );
  }
}
