import { type Check, checkOptions, numberIn, oneOf, withDefaults } from '@bearmq/core/driver';
import type { PostgresJsClient } from './postgres-js-types.ts';
import type { Prepare } from './query.ts';

/** How `postgresJsDriver` is set up. */
export interface PostgresJsDriverOptions {
  /**
   * The client that your program already has, as `postgres()` made it. It is used as it is, whatever its `transform`,
   * `types` and `fetch_types`, and never ended. Besides its connections, each subscription opens one of its own with
   * the same settings. One with a `max_pipeline` below 100 is refused: postgres.js would lose jobs with it.
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
   * @throws {@link InvalidOptionError} below 0.1 or above 3,600.
   */
  readonly heartbeatSecs?: number;
  /**
   * For how many seconds a statement outside a transaction (an enqueue, or one of a worker's or an orchestrator's) may
   * go unanswered before it fails as if its connection was lost, and is left to itself. Otherwise a network that
   * swallows packets, or a server that is gone without a word, would hold it up for a quarter of an hour, or for ever.
   * What became of such a statement is unknown, so workers look, and send again what may be sent twice; those wait for
   * 5 seconds only, and for longer the next time. Migrations and your own transactions may take as long as they like.
   *
   * @defaultValue 60
   * @throws {@link InvalidOptionError} below 0.1 or above 3,600.
   */
  readonly answerTimeoutSecs?: number;
}

/** What is used for the options left out. */
export const POSTGRES_JS_DRIVER_DEFAULTS: Readonly<Required<Omit<PostgresJsDriverOptions, 'sql'>>> = {
  prepare: 'auto',
  heartbeatSecs: 15,
  answerTimeoutSecs: 60,
};

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function resolvePostgresJsDriverOptions(
  options: PostgresJsDriverOptions,
): Readonly<Required<PostgresJsDriverOptions>> {
  return withDefaults(POSTGRES_JS_DRIVER_DEFAULTS, checkOptions('postgresJsDriver', options, checks, ['sql']));
}

const isClient: Check = (value) => {
  const { begin, unsafe, options } = (value ?? {}) as Record<string, unknown>;
  if (typeof unsafe === 'function' && typeof begin !== 'function') {
    return 'must be the client itself, but the `sql` of a transaction was given';
  }
  const isOne = typeof unsafe === 'function' && typeof options === 'object' && options !== null;
  return isOne
    ? pipelineProblem(options)
    : 'must be a client of the postgres package: postgresJsDriver({ sql: postgres() })';
};

/** What postgres.js has by itself. */
const LEAST_PIPELINE = 100;

/**
 * postgres.js sets the connection of a `begin` aside in a callback that it leaves out for the statement with which
 * `max_pipeline` is reached; a number that is none counts as reached with the first. The transaction stays open on a
 * connection that everybody uses, and what is answered there as if it were stored is rolled back in the end. At the
 * default of 100 it takes a hundred unanswered statements on one connection, at 0 nothing but a `begin`.
 */
function pipelineProblem(options: object): string | undefined {
  const { max_pipeline: pipeline } = options as { readonly max_pipeline?: unknown };
  if (typeof pipeline === 'number' && pipeline >= LEAST_PIPELINE) return undefined;
  return (
    `was made with max_pipeline: ${String(pipeline)}, with which postgres.js leaves transactions open on connections ` +
    'that others use: jobs would be lost after enqueue has resolved. Leave max_pipeline out (it is 100 then); for a ' +
    'pooler make a client for BearMQ alone, with prepare: false'
  );
}

const checks = {
  sql: isClient,
  prepare: oneOf('auto', 'never'),
  heartbeatSecs: numberIn(0.1, 3_600, 'seconds'),
  answerTimeoutSecs: numberIn(0.1, 3_600, 'seconds'),
};
