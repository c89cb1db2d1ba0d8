import { readFileSync } from 'node:fs';
import { migrate } from '@bearmq/migrations';
import { runProgram } from '@bearmq/test-database/driver-tests';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oneValue, statement, testUrl, unique, withDriver } from './support.ts';

const FIXTURES = new URL('fixtures/', import.meta.url);
const database = unique('serverless');
const url = new URL(testUrl());
url.pathname = `/${database}`;

beforeAll(async () => {
  await withDriver({ max: 1 }, {}, async (driver) => void (await driver.run(statement(`create database ${database}`))));
  await withDriver({ max: 1 }, {}, async (driver) => void (await migrate({ driver, schema: '_job' })), url.href);
});

afterAll(async () => {
  await withDriver({ max: 1 }, {}, async (driver) => {
    await driver.run(statement(`drop database ${database} with (force)`));
  });
});

describe('a serverless function', () => {
  it('connects with its first call, keeps nothing of its own between calls, and ends with its client', async () => {
    const { code, output, errors } = await runProgram(new URL('serverless.mjs', FIXTURES), { DATABASE_URL: url.href });
    expect(errors).toBe('');
    expect(output.trim().split('\n')).toEqual([
      'before the first call: 0',
      '202',
      '202',
      'between calls: the same as after a query',
      'connections, channels, prepared statements: 1,0,0',
      'ended',
    ]);
    expect(code).toBe(0);
    await withDriver(
      { max: 1 },
      {},
      async (driver) => expect(await oneValue(driver, 'select count(*)::int4 as n from "_job".job')).toBe(3),
      url.href,
    );
  });

  it('is written in the README as it runs here', () => {
    const source = readFileSync(new URL('serverless-handler.mjs', FIXTURES), 'utf8');
    const region = /\/\/ #region serverless\n([\s\S]*?)\/\/ #endregion serverless/.exec(source)?.[1];
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('## Serverless functions\n'));
    expect(/```js\n([\s\S]*?)```/.exec(section)?.[1]).toBe(region);
  });
});
