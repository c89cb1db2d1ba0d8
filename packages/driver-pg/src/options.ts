import { type Check, checkOptions, hasMethods, numberIn, oneOf, withDefaults } from '@bearmq/core/driver';
import type { PgPool } from './pg-types.ts';
import type { Prepare } from './query.ts';

/** How `pgDriver` is set up. */
export interface PgDriverOptions {
  /**
   * The pool that your program already has, of `pg` or of `@neondatabase/serverless`. It is used as it is, and never
   * ended. Besides its slots, each subscription opens one connection of its own with the same settings (the pool's
   * `connect` event and its `onConnect` and `verify` options are not called for it). The native binding (`pg.native`)
   * reads results in its own way and is not supported.
   */
  readonly pool: PgPool;
  /**
   * Which statements are sent as named prepared statements. The server parses and plans those once for each connection,
   * and keeps them as long as it lasts: less work on both sides.
   *
   * - `'auto'`: prepares statements outside transactions, from the second time the same text is sent. If a pool turns
   *   out to lose them (it leads to a pooler that does not support them, such as an old PgBouncer in transaction mode,
   *   or its connections are reset by `discard all`), it gets none from then on, and the statement that found it out is
   *   sent again, so nobody notices.
   * - `'always'`: prepares all of them, in the driver's transactions too. Behind such a pooler they fail with an error
   *   that says why.
   * - `'never'`: prepares none. Behind such a pooler that saves each process the one statement that fails, and a
   *   connection.
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
   * @throws {@link InvalidOptionError} below 0.1 or above 3,600.
   */
  readonly heartbeatSecs?: number;
  /**
   * For how many seconds a statement outside a transaction (an enqueue, or one of a worker's or an orchestrator's) may
   * go unanswered before it fails as if its connection was lost, and its connection is closed. Otherwise a network that
   * swallows packets, or a server that is gone without a word, would hold it up for a quarter of an hour, or for ever.
   * What became of such a statement is unknown, so workers look, and send again what may be sent twice; those wait for
   * 5 seconds only, and for longer the next time. Migrations and your own transactions may take as long as they like. A
   * shorter `query_timeout` of the pool holds; `pg` before 8.13, and Neon's driver, know only that one.
   *
   * @defaultValue 60
   * @throws {@link InvalidOptionError} below 0.1 or above 3,600.
   */
  readonly answerTimeoutSecs?: number;
}

/** What is used for the options left out. */
export const PG_DRIVER_DEFAULTS: Readonly<Required<Omit<PgDriverOptions, 'pool'>>> = {
  prepare: 'auto',
  heartbeatSecs: 15,
  answerTimeoutSecs: 60,
};

/** @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range. */
export function resolvePgDriverOptions(options: PgDriverOptions): Readonly<Required<PgDriverOptions>> {
  return withDefaults(PG_DRIVER_DEFAULTS, checkOptions('pgDriver', options, checks, ['pool']));
}

const hasPoolMethods = hasMethods(
  ['query', 'connect', 'on', 'removeListener'],
  'must be a Pool of the pg package, as `new Pool()` makes one',
);

const hasClientMethods = hasMethods(['query', 'escapeIdentifier'], 'is no client');
const hasMethodsOfNeon = hasMethods(['query', 'transaction', 'unsafe'], 'is not what neon() makes');

const isPool: Check = (value) => {
  if (typeof value === 'string')
    return 'must be a Pool of the pg package; an address is given to one: new Pool({ connectionString })';
  if (hasClientMethods(value) === undefined) return 'must be a Pool of the pg package, but a single Client was given';
  if (hasMethodsOfNeon(value) === undefined) {
    return (
      'must be a Pool, but was given what `neon()` makes, which sends queries over HTTP: nothing can listen there, and ' +
      "no transaction waits for an answer; `import { Pool } from '@neondatabase/serverless'` takes the same address"
    );
  }
  return hasPoolMethods(value);
};

const checks = {
  pool: isPool,
  prepare: oneOf('auto', 'always', 'never'),
  heartbeatSecs: numberIn(0.1, 3_600, 'seconds'),
  answerTimeoutSecs: numberIn(0.1, 3_600, 'seconds'),
};
