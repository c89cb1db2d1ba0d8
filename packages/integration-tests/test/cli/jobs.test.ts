import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { registered } from '../support/until.ts';
import { callOn } from './support/call.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('bearmq jobs enqueue', () => {
  it('enqueues a job with what it is given, and prints its id', async () => {
    const settings = ['--channel', 'mail', '--group', 'a', '--priority', '7', '--attempts', '3', '--delay', '15m'];
    const { exitCode, out } = await callOn(schema, ['jobs', 'enqueue', 'GREET', '{"name":"Ada"}', ...settings]);
    expect(exitCode).toBe(0);
    const [job] = await schema.rows(
      `select name, channel, job_group, priority, num_attempts, state::text, payload::text,
         round(extract(epoch from run_at - enqueued_at))::int as delay from {s}.job where id = $1`,
      [out.trim()],
    );
    expect(job).toEqual({
      name: 'GREET',
      channel: 'mail',
      job_group: 'a',
      priority: 7,
      num_attempts: 3,
      state: 'scheduled',
      payload: '{"name":"Ada"}',
      delay: 900,
    });
  });

  it('enqueues none while another job has the --key, and prints the id of that', async () => {
    const ofAda = ['jobs', 'enqueue', 'GREET', '{"name":"Ada"}', '--key', 'ada'];
    const first = await callOn(schema, [...ofAda, '--delay', '1h']);
    const again = await callOn(schema, ofAda);
    expect(again).toMatchObject({ exitCode: 0, out: first.out });
    expect(again.err).toBe(`not enqueued: the job ${first.out.trim()} has the key "ada"\n`);
    const other = await callOn(schema, [...ofAda.slice(0, -1), 'bob', '--key-until', 'started', '--json']);
    expect(JSON.parse(other.out)).toEqual({ jobId: expect.any(String), outcome: 'enqueued' });
    const alone = await callOn(schema, ['jobs', 'enqueue', 'GREET', '--key-until', 'started']);
    expect(alone).toMatchObject({ exitCode: 2, err: expect.stringContaining('--key-until: is for a --key') });
  });

  it('takes the payload from standard input, and prints JSON', async () => {
    const { out } = await callOn(schema, ['jobs', 'enqueue', 'GREET', '-', '--json'], { input: ['{"na', 'me":"Bo"}'] });
    const { jobId } = JSON.parse(out) as { jobId: string };
    expect(await schema.value('select payload::text from {s}.job where id = $1', [jobId])).toBe('{"name":"Bo"}');
  });

  it('refuses what is not JSON', async () => {
    const refused = await callOn(schema, ['jobs', 'enqueue', 'GREET', '{name: 1}']);
    expect(refused).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/^error: \[json\]: is not JSON, such as '\{"name":"Ada"\}': /),
    });
  });

  it.each([
    [['GREET', '--channel', ''], '--channel: must not be empty'],
    [['GREET', '--group', ''], '--group: must not be empty'],
    [['GREET', '--key', ''], '--key: must not be empty'],
    [['GREET', '--delay', '99999999999'], '--delay: must be a number of seconds from 0'],
    [[''], '<name>: must not be empty'],
  ])('refuses what the library refuses, in its own words: %j', async (args, problem) => {
    const refused = await callOn(schema, ['jobs', 'enqueue', ...args]);
    expect(refused).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(`error: ${problem}`) });
  });

  describe('warns where no process takes the job, which is enqueued all the same', () => {
    const enqueued = async (...args: readonly string[]) => {
      const called = await callOn(schema, ['jobs', 'enqueue', ...args]);
      expect(called.exitCode).toBe(0);
      const [job] = await schema.rows('select name, channel from {s}.job where id = $1', [called.out.trim()]);
      return { ...called, jobId: called.out.trim(), job };
    };

    it('since there is none', async () => {
      const { jobId, job, err } = await enqueued('NOPE');
      expect(job).toEqual({ name: 'NOPE', channel: 'DEFAULT' });
      expect(err).toBe(
        'warning: no process takes "NOPE" in the channel "DEFAULT" now: no worker runs. The job waits until one does. ' +
          `If it is a mistake: npx bearmq jobs delete ${jobId}\n`,
      );
      expect((await enqueued('NOPE', '--quiet')).err).toBe('');
    });

    it('since those that run take others, due or not; and is silent where one takes it', async () => {
      const context = schema.context();
      await notedJob(context, 'KNOWN');
      daemons.worker(context, { channels: ['mail', 'bulk'] });
      await registered(schema);
      const { err } = await enqueued('NOPE', '--channel', 'mail', '--delay', '1h');
      expect(err).toContain('no process takes "NOPE" in the channel "mail"');
      expect(err).toContain('those that run take KNOWN in bulk, mail');
      expect((await enqueued('KNOWN')).err).toContain('no process takes "KNOWN" in the channel "DEFAULT"');
      expect((await enqueued('KNOWN', '--channel', 'mail', '--delay', '1h')).err).toBe('');
      const moved = await callOn(schema, ['jobs', 'move', '--name', 'NOPE', '--yes', '--to', 'mial']);
      expect(moved).toMatchObject({
        exitCode: 0,
        err: expect.stringContaining('warning: no process takes jobs in the channel "mial"'),
      });
      const back = await callOn(schema, ['jobs', 'move', '--name', 'NOPE', '--yes', '--to', 'bulk']);
      expect(back).toMatchObject({ exitCode: 0, err: '' });
    });
  });

  it.each([
    ['jobs show'],
    ['jobs explain'],
    ['jobs cancel'],
    ['jobs retry'],
    ['jobs delete'],
    ['jobs move --to X'],
    ['jobs priority --to 1'],
  ])('%s says what an id is where it is given none', async (command) => {
    expect(await callOn(schema, [...command.split(' '), 'abc'])).toEqual({
      exitCode: 2,
      out: '',
      err: 'error: <id>: "abc" is not the id of a job, which is a UUID: npx bearmq jobs list shows them\n',
    });
  });
});
