import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

describe('several jobs of a group in the hands of one process', () => {
  const schema = useSchema();
  const daemons = useDaemons();

  it('wait for the retry of one that fails before them and is due again at once', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'RUN', (payload, { attempt }) => {
      if (payload === 'fails' && attempt === 1) throw new Error('as planned');
    });
    const enqueue = (payload: string): Promise<string> =>
      definition.enqueue(payload, { jobGroup: 'g', numAttempts: 2, timeoutSecs: 0 });
    // Fast jobs first: only then does the process take several jobs of a group at once.
    await Promise.all(Array.from({ length: 200 }, () => enqueue('fast')));
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 200 });
    await until('the group is free', async () => (await schema.value('select running from {s}.job_group')) === 0);
    await Promise.all(['fails', 'second', 'third'].map(enqueue));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 203 });
    const order = runs.slice(200).map(({ payload, metadata }) => `${payload} ${metadata.attempt}`);
    expect(order).toEqual(['fails 1', 'fails 2', 'second 1', 'third 1']);
  });
});
