import { type ContextSettings, Context as CoreContext, type ContextOptions as CoreContextOptions } from '@bearmq/core';
import { type Driver, InvalidOptionError, readSafely } from '@bearmq/core/driver';
import { examine } from '@bearmq/doctor';
import { type PgPool, pgDriver } from '@bearmq/driver-pg';
import type { HealthOptions, HealthReport } from './health.ts';

/** The options of a {@link Context}: a `pg` Pool, or any other driver. */
export type ContextOptions = CoreContextOptions | PoolContextOptions;

/** The options of a {@link Context} that uses the `pg` Pool that your app already has. */
export interface PoolContextOptions extends ContextSettings {
  /** Used as it is, and never ended by BearMQ. */
  readonly pool: PgPool;
  /** The schema that the migrations were applied to. */
  readonly schema: string;
}

/**
 * What all BearMQ objects share: the way to the database, the schema, settings and event handlers.
 *
 * @example
 * const context = new Context({ pool: new Pool({ connectionString: process.env.DATABASE_URL }), schema: '_bearmq' })
 */
export class Context extends CoreContext {
  readonly #driver: Driver;

  constructor(options: ContextOptions) {
    const [coreOptions, ownDriver] = onDriver(options);
    try {
      super(coreOptions);
    } catch (error) {
      void ownDriver?.close(); // it hears the pool's errors
      throw isAboutDriver(error) && isWithoutAny(options) ? new InvalidOptionError('Context.pool', MISSING) : error;
    }
    this.#driver = coreOptions.driver;
  }

  /**
   * Whether the queue works: what `diagnose` finds, what is migrated, and the queue as a whole.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws DatabaseError when the database cannot be asked.
   */
  async health(options: HealthOptions = {}): Promise<HealthReport> {
    return await examine({ ...options, driver: this.#driver, schema: this.schema }, () => this.stats.queue());
  }
}

const MISSING =
  "is missing; make one of pg: new Context({ pool: new Pool({ connectionString: process.env.DATABASE_URL }), schema: '_bearmq' })";

function isAboutDriver(error: unknown): boolean {
  return error instanceof InvalidOptionError && error.option === 'Context.driver';
}

function isWithoutAny({ pool, driver }: { readonly pool?: unknown; readonly driver?: unknown }): boolean {
  return pool === undefined && driver === undefined;
}

/** The options with a driver in place of a pool, and that driver where it was made here. */
function onDriver(given: ContextOptions): readonly [CoreContextOptions, Driver?] {
  // What is no object at all, core refuses in its own words.
  if (typeof given !== 'object' || given === null) return [given];
  const options = readSafely('Context', () => ({ ...given }));
  if (readSafely('Context', () => 'query' in given && 'connect' in given)) {
    throw new InvalidOptionError(
      'Context',
      'takes an object of options: give it { pool, schema }, not the pool itself',
    );
  }
  if (!('pool' in options) || options.pool === undefined) return [options as CoreContextOptions];
  const { pool, ...rest } = options;
  if ('driver' in rest && rest.driver !== undefined) {
    throw new InvalidOptionError('Context.pool', 'and Context.driver exclude each other; leave one out');
  }
  const driver = driverOn(pool);
  return [{ ...rest, driver }, driver];
}

/** What is wrong with the pool is said of the option that was given. */
function driverOn(pool: PgPool): Driver {
  try {
    return pgDriver({ pool });
  } catch (error) {
    const its = 'pgDriver.pool';
    if (!(error instanceof InvalidOptionError) || error.option !== its) throw error;
    throw new InvalidOptionError('Context.pool', error.message.slice(its.length + 1));
  }
}
