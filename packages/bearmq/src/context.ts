import { type ContextSettings, Context as CoreContext, type ContextOptions as CoreContextOptions } from '@bearmq/core';
import { type PgPool, pgDriver } from '@bearmq/driver-pg';

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
  constructor(options: ContextOptions) {
    // What is no object at all, core refuses in its own words.
    if (typeof options === 'object' && options !== null && 'pool' in options) {
      const { pool, ...rest } = options;
      super({ ...rest, driver: pgDriver({ pool }) });
    } else {
      super(options);
    }
  }
}
