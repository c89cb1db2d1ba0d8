import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';
import { callOn } from './support/call.ts';
import { golden } from './support/golden.ts';

const schema = useSchema();
const statements = statementsOf(schema);

describe('bearmq jobs explain', () => {
  it('gives the reason and the remedy', async () => {
    const [waiting = ''] = await statements.insert({ name: 'WAITS' });
    const { exitCode, out } = await callOn(schema, ['jobs', 'explain', waiting]);
    expect(exitCode).toBe(0);
    expect(out).toBe(
      'no-worker: No Worker takes "WAITS" in the channel "DEFAULT": no process runs Workers at all.\n' +
        '  → start a Worker for that channel in a process that has registered the definition\n',
    );
  });

  it('follows the reason to the job that it is about', async () => {
    const [ahead = '', blocked = ''] = await statements.insert({ jobGroup: 'g' }, { jobGroup: 'g' });
    await statements.claim(await statements.worker(), { slots: 1 });
    const { out } = await callOn(schema, ['jobs', 'explain', blocked]);
    const [first = '', second = ''] = golden(out, { [ahead]: 'ahead' }).split('\n');
    expect(first).toMatch(/^group-busy: Its group "g" is busy: job <ahead> runs in process <id> since <moment>\.$/);
    expect(second).toMatch(/^ {2}running: <ahead>: It /);
    const { out: json } = await callOn(schema, ['jobs', 'explain', blocked, '--json']);
    expect(JSON.parse(json)).toMatchObject({
      jobId: blocked,
      explanation: { kind: 'group-busy', jobId: ahead },
      chain: [{ jobId: ahead, explanation: { kind: 'running' } }],
    });
  });

  it('says what to do in calls of its own', async () => {
    const [limited = '', other = '', later = ''] = await statements.insert(
      { channel: 'narrow' },
      { channel: "it's" },
      { delaySecs: 60 },
    );
    const processId = await statements.worker();
    const takes = JSON.stringify([{ channels: null, slots: 9, names: ['JOB'] }]);
    await schema.rows('update {s}.process set takes = $2::text::json where id = $1', [processId, takes]);
    const told = async (id: string) => (await callOn(schema, ['jobs', 'explain', id])).out;
    await schema.rows(
      `insert into {s}.job_limit (kind, name, max_running, running) values ('channel', 'narrow', 1, 1)`,
    );
    expect(await told(later)).toContain(`or run it now: npx bearmq jobs run-now ${later}\n`);
    expect(await told(limited)).toContain('npx bearmq limits set --channel narrow allows more\n');
    await schema.context().pause({ channel: "it's" });
    expect(await told(other)).toContain(`resume it: npx bearmq resume --channel 'it'\\''s'\n`);
    await schema.context().pause('everything');
    await schema.context().resume({ channel: "it's" });
    expect(await told(other)).toContain('resume it: npx bearmq resume --everything\n');
    await schema.context().resume('everything');
    await schema.rows('delete from {s}.process');
  });

  it('goes on with --watch until it has started or is over', async () => {
    const [id = ''] = await statements.insert({ name: 'WATCHED' });
    let told = 0;
    const watched = callOn(schema, ['jobs', 'explain', id, '--watch', '--every', '0.01s'], {
      onOutput: (text) => (told += text.includes('no-worker') ? 1 : 0),
    });
    await until('it has told twice', () => told >= 2);
    await schema.context().jobs.cancel(id);
    const { exitCode, out } = await watched;
    expect(exitCode).toBe(0);
    expect(out.trimEnd().endsWith('over: It is over: it was cancelled.')).toBe(true);
  });
});
