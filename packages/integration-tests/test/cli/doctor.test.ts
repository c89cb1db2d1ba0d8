import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { callOn } from './support/call.ts';

const schema = useSchema();
const only = ['--only', 'jobs-waiting'];

describe('bearmq doctor', () => {
  it('says that all is in order', async () => {
    expect(await callOn(schema, ['doctor', ...only])).toEqual({ exitCode: 0, out: 'all is in order\n', err: '' });
  });

  it('tells what is not, with the remedy, and ends with 1', async () => {
    await schema.context(); // nothing runs
    await callOn(schema, ['jobs', 'enqueue', 'GREET']);
    await schema.age(600, 'job');
    const { exitCode, out } = await callOn(schema, ['doctor', '--patience', '1m', ...only]);
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /^error jobs-waiting, job .*: the job .* \("GREET", channel "DEFAULT"\) has been waiting for 10 min/,
    );
    expect(out).toContain('\n  → start a program with a Worker');
    expect(await callOn(schema, ['diagnose', '--patience', '1h', ...only])).toMatchObject({ exitCode: 0 });
  });

  it('tells it as JSON', async () => {
    const { exitCode, out } = await callOn(schema, ['doctor', '--patience', '60', '--json', ...only]);
    expect([exitCode, JSON.parse(out)]).toEqual([
      1,
      { schema: schema.name, findings: [expect.objectContaining({ kind: 'jobs-waiting', severity: 'error' })] },
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
