import { fromPglite, pgliteDriver } from '@bearmq/driver-pglite';
import { fromPostgresJs, postgresJsDriver } from '@bearmq/driver-postgresjs';
import { afterAll, it } from '@jest/globals';
import { fromPg, pgDriver } from 'bearmq';
import { fromDrizzle } from 'bearmq/drizzle';
import { fromKysely } from 'bearmq/kysely';
import { sql as drizzleSql } from 'drizzle-orm';
import fc from 'fast-check';
import pg from 'pg';
import postgres from 'postgres';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { anyValue, changed, made, optionsLike } from './support/values.ts';

// Nothing is sent, so nothing connects.
const pool = new pg.Pool();
const sql = postgres('postgres://nobody@127.0.0.1:1/nothing');
const db = { query: () => {}, transaction: () => {}, onNotification: () => {} };
afterAll(async () => {
  await Promise.all([pool.end(), sql.end()]);
});

const SETTINGS = ['prepare', 'heartbeatSecs', 'answerTimeoutSecs'];

it.each<[string, fc.Arbitrary<unknown>, (how: never) => { close(): Promise<void> }]>([
  ['pgDriver', optionsLike('pool', ...SETTINGS), (how) => pgDriver(changed({ pool, prepare: 'auto' }, how))],
  ['postgresJsDriver', optionsLike('sql', ...SETTINGS), (how) => postgresJsDriver(changed({ sql }, how))],
  ['pgliteDriver', optionsLike('db'), (how) => pgliteDriver(changed({ db }, how))],
])(
  'any options of %s make a driver, or are refused',
  async (name, drawn, make) => {
    await fuzz(name, 0.03, drawn, async (how, tally) => {
      await worksOrIsRefused(tally, async () => await make(how as never).close());
      if (name === 'pgliteDriver') tally.worked += 1; // it has but one option, and anything else in its place is refused
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'anything but a transaction is refused by what makes a session of one',
  async () => {
    const makers = { fromPg, fromPostgresJs, fromPglite, fromKysely, fromDrizzle };
    const name = fc.constantFrom(...(Object.keys(makers) as (keyof typeof makers)[]));
    await fuzz('sessions', 0.03, fc.tuple(name, anyValue), async ([of, drawn], tally) => {
      await worksOrIsRefused(tally, () => makers[of](made(drawn) as never, drizzleSql as never));
      await worksOrIsRefused(tally, () => fromPg({ query: () => {} } as never));
    });
  },
  FUZZ_TIMEOUT_MS,
);
