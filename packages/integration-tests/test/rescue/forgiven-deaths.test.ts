import { beforeEach, describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const daemons = useDaemons();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

/** Has a process take the job, which it starts, and die. */
async function dieOf(id: string): Promise<void> {
  const process = await statements.worker();
  const [job] = await statements.claimed(process, { slots: 1 });
  expect(job?.id).toBe(id);
  await schema.rows(`select * from {s}.release_jobs_v1($1, '{}', '{}', false)`, [process]);
}
const stateOf = async (id: string) => {
  const { attempt, deaths, suspect, failures } = (await statements.job(id)) ?? {};
  return { attempt, deaths, suspect, failures: (failures as readonly unknown[] | null)?.length };
};

describe('a job whose process dies while it runs', () => {
  it('has spent its attempt, where nothing else was said', async () => {
    const [id = ''] = await statements.insert({ numAttempts: 3 });
    await dieOf(id);
    expect(await stateOf(id)).toEqual({ attempt: 1, deaths: 1, suspect: true, failures: 1 });
  });

  it('has its attempt back maxDeaths times, and has each death in its history all the same', async () => {
    const [id = ''] = await statements.insert({ numAttempts: 2, extras: '{"headers":{"a":"1"},"maxDeaths":2}' });
    for (const attempt of [0, 0, 1, 2]) {
      await dieOf(id);
      expect(await stateOf(id)).toMatchObject({ attempt, suspect: true });
    }
    expect(await stateOf(id)).toMatchObject({ deaths: 4, failures: 4 });
  });

  it.each([
    '{"maxDeaths":"5"}',
    '{"headers":{"maxDeaths":"5"}}',
    '{"maxDeaths":[9]}',
    '{"maxDeaths":-9}',
    '{"maxDeaths":1e999}',
    '{"maxDeaths":99999999999999999999}',
    '{"headers":{"x":"\\"maxDeaths\\":5,"}}',
    '{"a":"\\ud800"}',
    '[[5]]',
    '5',
  ])(
    'is not forgiven for what somebody wrote into its extras by hand, nor is the rescue kept from its work: %s',
    async (extras) => {
      const [id = ''] = await statements.insert({ numAttempts: 3 });
      await schema.rows('update {s}.job set extras = $2::text::json where id = $1', [id, extras]);
      await dieOf(id);
      expect(await stateOf(id)).toMatchObject({ attempt: 1, deaths: 1 });
    },
  );

  it('runs once more in its only attempt, and then has that attempt', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'JOB', () => {}, { maxDeaths: 1 });
    const id = await definition.enqueue();
    await dieOf(id);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([1]);
    expect(await statements.finalized(id)).toMatchObject({ attempt: 1, deaths: 1, outcome: 'succeeded' });
  });

  it('of a job that was forgiven none is not run again in its only attempt', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'JOB');
    const id = await definition.enqueue();
    await dieOf(id);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId: id });
    expect(runs).toEqual([]);
  });
});
