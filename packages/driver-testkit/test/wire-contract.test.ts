import type { Driver, SqlSession, SqlStatement } from '@bearmq/core/driver';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { smallDriver } from '../examples/small-driver.ts';
import { driverConformance } from '../src/index.ts';
import { BoxedRunner, type Outcome } from './support/boxed-runner.ts';
import { testUrl, useSchema } from './support/database.ts';
import { idleHarness } from './support/idle-driver.ts';

const { schema } = await useSchema();

/** boolean, int4, text, float8. */
const PORTABLE = [16, 23, 25, 701];

type Fields = readonly { readonly name: string; readonly dataTypeID: number }[];

const statements: SqlStatement[] = [];
const results: Fields[] = [];

function noted(session: SqlSession): SqlSession {
  return {
    run: (statement) => {
      statements.push(statement);
      return session.run(statement);
    },
  };
}

/** The example driver; its statements are noted, and the columns that the server says it answers with. */
function watchedDriver(pool: pg.Pool): Driver {
  pool.on('connect', (client) => {
    const { connection } = client as unknown as { connection: NodeJS.EventEmitter };
    connection.on('rowDescription', ({ fields }: { fields: Fields }) => results.push(fields));
  });
  const driver = smallDriver(pool);
  return { ...driver, ...noted(driver), transaction: (work) => driver.transaction((tx) => work(noted(tx))) };
}

const runner = new BoxedRunner();
const { registered } = driverConformance(runner, {
  ...idleHarness(async (use) => {
    const pool = new pg.Pool({ connectionString: testUrl() });
    await use(watchedDriver(pool)).finally(() => pool.end());
  }, true),
  schema,
  open: async () => {
    const pool = new pg.Pool({ connectionString: testUrl() });
    return {
      driver: watchedDriver(pool),
      useBorrowedClient: () => pool.query('select 1'),
      endClient: () => pool.end(),
      dispose: async () => void (pool.ending || (await pool.end())),
    };
  },
});
let outcomes: readonly Outcome[] = [];
beforeAll(async () => {
  outcomes = await runner.runAll();
}, 100_000);

describe('the cases ask no more of a driver than BearMQ does', () => {
  it('and the example driver passes them all', () => {
    expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcomes.length).toBe(registered + 1);
    expect(statements.length).toBeGreaterThan(registered);
    expect(results.length).toBeGreaterThan(registered);
  });

  it('they cast every placeholder to text, int4, float8 or boolean', () => {
    const uncast = statements
      .map(({ text }) => text.replaceAll(/'[^']*'|\/\*.*?\*\/|--.*$/gm, ''))
      .filter((text) => /\$\d+(?!\d|::(text|int4|float8|boolean)\b)/.test(text));
    expect(uncast).toEqual([]);
  });

  it('they cast every result column to text, int4, float8 or boolean', () => {
    const odd = results.flat().filter(({ dataTypeID }) => !PORTABLE.includes(dataTypeID));
    expect(odd).toEqual([]);
  });

  it('their result columns have distinct names, none of them a number', () => {
    const names = results.map((fields) => fields.map(({ name }) => name));
    expect(names.filter((each) => new Set(each).size !== each.length)).toEqual([]);
    expect(names.flat().filter((name) => /^\d+$/.test(name))).toEqual([]);
  });

  it('they name statements with letters, digits and _, at most 63 bytes', () => {
    expect(statements.filter(({ name }) => !/^\w{1,63}$/.test(name))).toEqual([]);
  });
});
