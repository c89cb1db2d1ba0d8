import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { call, callOn } from './support/call.ts';

const schema = useSchema();
const only = ['--only', 'jobs-waiting'];

describe('bearmq doctor', () => {
  it('says that all is in order, and how patient it was', async () => {
    expect(await callOn(schema, ['doctor', ...only])).toEqual({
      exitCode: 0,
      out: 'all is in order\n',
      err: 'what has lasted for less than 5m is left out; --patience 0s tells of it\n',
    });
    expect(await callOn(schema, ['doctor', ...only, '--patience', '0s'])).toEqual({
      exitCode: 0,
      out: 'all is in order\n',
      err: '',
    });
    const help = (await call(['doctor', '--help'])).out.replace(/\s+/g, ' ');
    expect(help).toMatch(/less than five minutes is left out.*--patience <duration> .*\(default: 5m\) --only/);
  });

  it.each([
    ['nothing was migrated', '', 'schema-missing'],
    ['the ledger is of another program', 'create schema {s}; create table {s}.migration (id int)', 'ledger-foreign'],
  ])('ends with 4 where %s, as the other commands do, whatever it is asked for', async (_what, sql, kind) => {
    const at = `doctor_${randomUUID().replaceAll('-', '')}`;
    for (const statement of sql.split('; ').filter(Boolean)) await schema.rows(statement.replace('{s}', `"${at}"`));
    const other = { url: schema.url, name: at } as typeof schema;
    try {
      const told = await callOn(other, ['doctor', ...only]);
      expect(told.exitCode).toBe(4);
      expect(told.out).toMatch(new RegExp(`^error ${kind}: .*${at}.*\n  → .*npx bearmq migrate --schema `));
      expect(await callOn(other, ['stats'])).toMatchObject({ exitCode: 4 });
    } finally {
      await schema.rows(`drop schema if exists "${at}" cascade`);
    }
  });

  it('tells what is not, with the remedy, and ends with 1', async () => {
    await schema.context(); // nothing runs
    await callOn(schema, ['jobs', 'enqueue', 'GREET']);
    await schema.age(600, 'job');
    const { exitCode, out } = await callOn(schema, ['doctor', '--patience', '1m', ...only]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^error jobs-waiting: the job .* \("GREET", channel "DEFAULT"\) has been waiting for 10 min/);
    expect(out).toContain('\n  → start a program with a Worker');
    expect(await callOn(schema, ['diagnose', '--patience', '1h', ...only])).toMatchObject({ exitCode: 0 });
  });

  it('tells it as JSON', async () => {
    const { exitCode, out } = await callOn(schema, ['doctor', '--patience', '60', '--json', ...only]);
    expect([exitCode, JSON.parse(out)]).toEqual([
      1,
      {
        schema: schema.name,
        patienceSecs: 60,
        findings: [expect.objectContaining({ kind: 'jobs-waiting', severity: 'error' })],
      },
    ]);
  });
});

describe('bearmq grants', () => {
  it('prints the SQL for a role', async () => {
    const { exitCode, out } = await callOn(schema, ['grants', 'web', '--to', 'producer']);
    expect(exitCode).toBe(0);
    expect(out).toContain('to "web";');
  });

  it('wants to know what for', async () => {
    expect(await callOn(schema, ['grants', 'web'])).toMatchObject({
      exitCode: 2,
      err: 'error: --to: is missing: give --to <producer|worker>\n',
    });
  });

  it('ends with 1 where the server refuses', async () => {
    const refused = await callOn(schema, ['grants', 'nobody of this name', '--to', 'worker', '--apply']);
    expect(refused).toMatchObject({ exitCode: 1, err: expect.stringContaining('nobody of this name') });
  });
});
