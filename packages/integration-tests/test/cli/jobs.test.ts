import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { callOn } from './support/call.ts';

const schema = useSchema();

describe('bearmq jobs enqueue', () => {
  it('enqueues a job with what it is given, and prints its id', async () => {
    const settings = ['--channel', 'mail', '--group', 'a', '--priority', '7', '--attempts', '3', '--delay', '15m'];
    const { exitCode, out, err } = await callOn(schema, ['jobs', 'enqueue', 'GREET', '{"name":"Ada"}', ...settings]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
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

  it('refuses what is no JSON', async () => {
    const refused = await callOn(schema, ['jobs', 'enqueue', 'GREET', '{name: 1}']);
    expect(refused).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/^error: \[json\]: is no JSON: /),
    });
  });

  it('refuses what the library refuses, with its words', async () => {
    const refused = await callOn(schema, ['jobs', 'enqueue', 'GREET', '--channel', '']);
    expect(refused).toMatchObject({ exitCode: 2, out: '', err: 'error: enqueue.channel must not be empty\n' });
  });
});
