import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, listening, until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** A process whose jobs were fast until one keeps its only slot busy, and one that does nothing. Neither polls. */
async function busyAndIdle(name: string) {
  const slow = gate();
  const work = (kind: string) => kind === 'slow' && slow.opened;
  const contexts = [0, 1, 2].map(() => schema.context({ pollSecs: 3_600 }));
  const [busy, idle, producer] = await Promise.all(contexts.map((context) => notedJob<string>(context, name, work)));
  const many = (kind: string, count: number) => Array.from({ length: count }, () => ({ payload: kind }));
  const worker = (nth: 0 | 1) => daemons.worker(contexts[nth] as (typeof contexts)[number]);
  if (busy === undefined || idle === undefined || producer === undefined) throw new Error('there are three');
  return { slow, busy, idle, producer: producer.definition, many, worker };
}

/**
 * A process claimed ahead of its slots by the mean of what had ended, whatever was running in them: beside a long job it
 * held jobs for a second, released them and claimed them again, and told nobody, until the long one was over.
 */
describe('fast jobs beside a process that is busy with a long one', () => {
  it('are left to one that is idle', async () => {
    const { slow, busy, idle, producer, many, worker } = await busyAndIdle('LEFT');
    worker(0);
    await listening(schema);
    await producer.enqueueMany(many('fast', 400));
    await until('all have run', () => busy.runs.length === 400);
    await producer.enqueue('slow');
    await until('it has run for much longer than the others', async () => {
      const age = `select max(clock_timestamp() - claimed_at) > interval '300 ms' from {s}.job where name = 'LEFT'`;
      return (await schema.value(age)) === true;
    });
    worker(1);
    await listening(schema, 2);
    await busy.definition.enqueue('fast');
    await producer.enqueueMany(many('fast', 300));
    await busy.definition.enqueue('fast');
    await until('the idle one has run them', () => idle.runs.length === 302);
    expect(busy.runs).toHaveLength(401);
    expect(await schema.value(`select max(fence) from {s}.finalized_job where name = 'LEFT'`)).toBe(1);
    slow.open();
  });

  it('are given up to one that is idle, which is told, if they were claimed before', async () => {
    const { slow, busy, idle, producer, many, worker } = await busyAndIdle('GIVEN_UP');
    await producer.enqueueMany([...many('fast', 400), ...many('slow', 1), ...many('fast', 50)]);
    worker(0);
    await until('the long one runs', () => busy.runs.at(-1)?.payload === 'slow');
    worker(1);
    await until('the idle one has run the others', () => busy.runs.length + idle.runs.length === 451);
    expect(idle.runs.length).toBeGreaterThan(0);
    expect(await schema.value(`select max(fence) from {s}.finalized_job where name = 'GIVEN_UP'`)).toBeLessThan(4);
    slow.open();
  });
});
