import type { Driver } from '@bearmq/core/driver';
import { fireDue, servicesOf } from '@bearmq/core/internal';
import { type Context, JobDefinition, type ScheduleSpec } from 'bearmq';
import type { TestSchema } from '../../support/database.ts';
import { intercepted } from '../../support/drivers.ts';
import type { ModelRule, ModelTick } from './schedule-model.ts';

type Payload = { readonly n: number };

/** A moment at which the database was asked for its clock, and what for. */
export interface Look {
  readonly at: 'what is due' | 'schedules';
  readonly nowMs: number;
}

/** A process with the definition, which may enqueue ticks: as an orchestrator does, a pass at a time. */
export class TickProcess {
  readonly #schema: TestSchema;
  readonly #driver: Driver;
  #context: Context | undefined;
  #definition: JobDefinition<Payload> | undefined;
  #looks: Look[] = [];
  #beforeFire: () => Promise<void> = async () => {};

  constructor(schema: TestSchema) {
    this.#schema = schema;
    this.#driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name === 'bearmq_fire_ticks') await this.#beforeFire();
      const rows = await send();
      if (name === 'bearmq_read_due_schedules') this.#note('what is due', rows.at(-1)?.[8]);
      if (name === 'bearmq_read_schedules') this.#note('schedules', rows[0]?.[12]);
      return rows;
    });
  }

  get schedules(): Context['schedules'] {
    return this.#known(this.#context).schedules;
  }

  get definition(): JobDefinition<Payload> {
    return this.#known(this.#definition);
  }

  /** Starts anew, as a release that declares these schedules. */
  async start(declared: ReadonlyMap<string, ModelRule>): Promise<void> {
    this.#context = this.#schema.context({}, { driver: this.#driver });
    this.#definition = new JobDefinition<Payload>({
      context: this.#context,
      name: 'TICKED',
      schedules: [...declared].map(([key, rule]) => specOf(key, rule)),
      workFunction: () => {},
    });
    await this.#definition.register();
  }

  async cancel(jobId: string): Promise<void> {
    await this.#known(this.#context).jobs.cancel(jobId);
  }

  /** @param beforeFire is done once it has seen what is due, and before it enqueues the first of it. */
  async fire(passes: 'one' | 'all', beforeFire = async (): Promise<void> => {}): Promise<void> {
    let isFirst = true;
    this.#beforeFire = async () => {
      if (!isFirst) return;
      isFirst = false;
      await beforeFire();
    };
    const services = servicesOf('test', this.#known(this.#context));
    await fireDue(services, passes === 'one' ? 0 : Infinity);
    this.#beforeFire = async () => {};
  }

  /** What it has asked the database since it was asked last. */
  looks(): readonly Look[] {
    return this.#looks.splice(0);
  }

  #note(at: Look['at'], nowMs: unknown): void {
    if (typeof nowMs !== 'number') throw new Error(`an answer without the database's clock: ${nowMs}`);
    this.#looks.push({ at, nowMs });
  }

  #known<T>(what: T | undefined): T {
    if (what === undefined) throw new Error('the process has not been started');
    return what;
  }
}

export function specOf(key: string, rule: ModelRule): ScheduleSpec<Payload> & { readonly key: string } {
  const { by, periodSecs, catchUp, maxLateSecs, overlap, n } = rule;
  const how = { key, catchUp, overlap, payload: { n }, ...(maxLateSecs === null ? {} : { maxLateSecs }) };
  return by === 'every' ? { ...how, everySecs: periodSecs } : { ...how, cron: `*/${periodSecs / 60} * * * *` };
}

/** A job of a schedule as it is stored; its tick is due by the database's clock. */
export interface FoundTick extends ModelTick {
  readonly jobId: string;
}

/** The jobs behind a place in the order of enqueueing, and the last place. */
export async function ticksAfter(
  schema: TestSchema,
  seq: number,
): Promise<{ readonly ticks: readonly FoundTick[]; readonly seq: number }> {
  const rows = await schema.rows(
    `select id::text, seq::float8, extras::json -> 'tick' as tick, payload from {s}.job where seq > $1 order by seq`,
    [seq],
  );
  const ticks = rows.map((row) => {
    const tick = row['tick'] as Pick<FoundTick, 'key' | 'dueMs' | 'isLate' | 'origin'> & { readonly dueAtMs: number };
    const { key, dueAtMs, isLate, origin } = tick;
    const { n } = row['payload'] as Payload;
    return { jobId: String(row['id']), key, origin, dueMs: dueAtMs, isLate, n };
  });
  return { ticks, seq: Number(rows.at(-1)?.['seq'] ?? seq) };
}
