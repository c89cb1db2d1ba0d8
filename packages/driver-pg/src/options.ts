import type { PgPool } from './pg-types.ts';
import type { Prepare } from './query.ts';

/** How `pgDriver` is set up. */
export interface PgDriverOptions {
  /**
   * The pool that your program already has. It is used as it is, and never ended. Besides its slots, each subscription
   * opens one connection of its own with the same settings (the pool's `connect` event and its `onConnect` and `verify`
   * options are not called for it). The native binding (`pg.native`) reads results in its own way and is not supported.
   */
  readonly pool: PgPool;
  /**
   * Which statements are sent as named prepared statements. The server parses and plans those once for each connection,
   * and keeps them as long as it lasts: less work on both sides.
   *
   * - `'auto'`: statements by themselves, from the second time on that their text is sent; in transactions none. A pool
   *   that turns out to lose them (it leads to a pooler such as PgBouncer in transaction mode that does not support
   *   them, or its connections are reset by `discard all`) gets none from then on, and the statement by which that was
   *   found is sent again, so that nobody notices.
   * - `'always'`: all of them, in the driver's transactions too. Behind such a pooler they fail with an error that says
   *   why.
   * - `'never'`: none. Behind such a pooler it saves each process the one statement that fails, and a connection.
   *
   * Your own transactions (`fromPg`) and the listening connection have none in any case.
   *
   * @defaultValue `'auto'`
   */
  readonly prepare?: Prepare;
  /**
   * Seconds between two signs of life on a listening connection. If there is no answer within the same time again (1
   * second at least, 10 at most) the connection is replaced; a statement on the session of `onConnected` delays the
   * answer, so it must be a short one. Smaller values notice a silently broken network sooner,
   * and send more idle statements.
   *
   * @defaultValue 15
   * Range: 0.1 to 3600
   */
  readonly heartbeatSecs?: number;
}

/** What is used for the options left out. */
export const PG_DRIVER_DEFAULTS: Readonly<Required<Omit<PgDriverOptions, 'pool'>>> = {
  prepare: 'auto',
  heartbeatSecs: 15,
};

/** Fills in the defaults and checks the rest. */
export function resolvePgDriverOptions(options: PgDriverOptions): Readonly<Required<PgDriverOptions>> {
  const { pool, prepare = PG_DRIVER_DEFAULTS.prepare, heartbeatSecs = PG_DRIVER_DEFAULTS.heartbeatSecs } = options;
  checkPool(pool);
  if (prepare !== 'auto' && prepare !== 'always' && prepare !== 'never') {
    throw new TypeError(`pgDriver: prepare must be 'auto', 'always' or 'never', got ${String(prepare)}`);
  }
  if (typeof heartbeatSecs !== 'number' || !(heartbeatSecs >= 0.1 && heartbeatSecs <= 3600)) {
    throw new TypeError(`pgDriver: heartbeatSecs must be a number from 0.1 to 3600, got ${String(heartbeatSecs)}`);
  }
  return { pool, prepare, heartbeatSecs };
}

function checkPool(pool: unknown): void {
  const given = typeof pool === 'object' && pool !== null ? (pool as Record<string, unknown>) : {};
  if (typeof given['escapeIdentifier'] === 'function') {
    throw new TypeError('pgDriver: pool must be a Pool of the pg package, but a single Client was given');
  }
  if (typeof given['query'] !== 'function' || typeof given['connect'] !== 'function') {
    throw new TypeError('pgDriver: pool must be a Pool of the pg package: pgDriver({ pool: new Pool() })');
  }
}
