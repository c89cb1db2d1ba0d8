import { describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';

const schema = useSchema();
const enqueue = (args: string) => schema.value(`select {s}.enqueue(${args})`);

describe('refused with the words of a client, and nothing enqueued', () => {
  it.each([
    ['null', 'enqueue.name must be a string, got null'],
    [`''`, 'enqueue.name must not be empty'],
    [`repeat('x', 256)`, 'enqueue.name must have at most 255 bytes in UTF-8, got 256'],
    [`'N', channel => ''`, 'enqueue.channel must not be empty'],
    [`'N', job_group => repeat('x', 1025)`, 'enqueue.job_group must have at most 1024 bytes in UTF-8, got 1025'],
    [`'N', delay_secs => -1`, 'enqueue.delay_secs must be a number of seconds from 0 to 3153600000, got -1'],
    [`'N', delay_secs => 'NaN'`, 'got NaN'],
    [`'N', num_attempts => 0`, 'enqueue.num_attempts must be a whole number of attempts from 1 to 1000000, got 0'],
    [`'N', timeout_secs => 'Infinity'`, 'enqueue.timeout_secs must be a number of seconds'],
    [`'N', max_run_secs => 0`, 'enqueue.max_run_secs must be a number of seconds from 0.1'],
    [`'N', priority => -2147483648`, 'enqueue.priority must be a whole number of steps from -2147483647'],
    [`'N', run_at => 'infinity'`, 'enqueue.run_at must be at most 100 years from now, got infinity'],
    [`'N', run_at => '-infinity'`, 'enqueue.run_at must be at most 100 years from now'],
    [`'N', run_at => now(), delay_secs => 1`, 'enqueue.run_at and delay_secs both say when to run: give one'],
    [`'N', headers => '[]'`, 'enqueue.headers must be a plain object of strings, got a list'],
    [`'N', headers => '{"a":1}'`, 'enqueue.headers["a"] must be a string, got 1'],
    [`'N', headers => '{"":"b"}'`, 'must have a name that is not empty'],
    [`'N', headers => '{"BearMQ.x":"b"}'`, 'those that begin with "bearmq." are ours'],
    [`'N', headers => json_build_object('a', repeat('x', 9000))`, 'enqueue.headers must have at most 8192 bytes'],
    [`'N', unique_key => 'K'`, 'enqueue.unique_key needs a definition of "N" with the option unique'],
    [`'N', unique_key => repeat('x', 1025)`, 'enqueue.unique_key must have at most 1024 bytes'],
    [`'N', to_json(repeat('x', 67108863))`, 'the payload for "N" must have at most 67108864 bytes'],
  ])('%s', async (args, message) => {
    await expect(enqueue(args)).rejects.toMatchObject({ code: '22023', message: expect.stringContaining(message) });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'N'`)).toBe(0);
  });

  it('a text that is no JSON', async () => {
    await expect(enqueue(`'N', '{a}'`)).rejects.toMatchObject({ code: '22P02' });
  });
});
