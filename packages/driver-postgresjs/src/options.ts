import type { PostgresJsClient } from './postgres-js-types.ts';
import type { Prepare } from './query.ts';

/** How `postgresJsDriver` is set up. */
export interface PostgresJsDriverOptions {
  /**
   * The client that your program already has, as `postgres()` made it. It is used as it is, whatever its `transform`,
   * `types` and `fetch_types`, and never ended. Besides its connections, each subscription opens one of its own with
   * the same settings.
   */
  readonly sql: PostgresJsClient;
  /**
   * `'auto'` sends statements as the client sends its own: as prepared statements, unless it was made with
   * `prepare: false`, which is what poolers such as PgBouncer in transaction mode ask for. `'never'` prepares none: more
   * work on both sides, but nothing is kept on the server.
   *
   * @defaultValue `'auto'`
   */
  readonly prepare?: Prepare;
  /**
   * Seconds between two signs of life on a listening connection. If there is no answer within the same time again (1
   * second at least, 10 at most) the connection is replaced; a statement on the session of `onConnected` delays the
   * answer, so it must be a short one. Smaller values notice a silently broken network sooner, and send more idle
   * statements.
   *
   * @defaultValue 15
   * Range: 0.1 to 3600
   */
  readonly heartbeatSecs?: number;
}

/** What is used for the options left out. */
export const POSTGRES_JS_DRIVER_DEFAULTS: Readonly<Required<Omit<PostgresJsDriverOptions, 'sql'>>> = {
  prepare: 'auto',
  heartbeatSecs: 15,
};

/** Fills in the defaults and checks the rest. */
export function resolvePostgresJsDriverOptions(
  options: PostgresJsDriverOptions,
): Readonly<Required<PostgresJsDriverOptions>> {
  const {
    sql,
    prepare = POSTGRES_JS_DRIVER_DEFAULTS.prepare,
    heartbeatSecs = POSTGRES_JS_DRIVER_DEFAULTS.heartbeatSecs,
  } = options;
  checkClient(sql);
  if (prepare !== 'auto' && prepare !== 'never') {
    throw new TypeError(`postgresJsDriver: prepare must be 'auto' or 'never', got ${String(prepare)}`);
  }
  if (typeof heartbeatSecs !== 'number' || !(heartbeatSecs >= 0.1 && heartbeatSecs <= 3600)) {
    throw new TypeError(
      `postgresJsDriver: heartbeatSecs must be a number from 0.1 to 3600, got ${String(heartbeatSecs)}`,
    );
  }
  return { sql, prepare, heartbeatSecs };
}

function checkClient(sql: unknown): void {
  const { begin, unsafe, options } = (sql ?? {}) as Record<string, unknown>;
  if (typeof unsafe === 'function' && typeof begin !== 'function') {
    throw new TypeError('postgresJsDriver: sql must be the client itself, but the `sql` of a transaction was given');
  }
  if (typeof unsafe !== 'function' || typeof options !== 'object') {
    throw new TypeError(
      'postgresJsDriver: sql must be a client of the postgres package: postgresJsDriver({ sql: postgres() })',
    );
  }
}
