import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

// A handler that fails on the report of its own failure becomes a warning of the process. Making a text of what it threw
// failed for an object without a prototype, in the middle of the worker: the run was over and its outcome never recorded.
it('an event handler that throws what cannot be turned into text disturbs no job', async () => {
  const context = schema.context();
  context.addEventHandler(() => {
    throw Object.create(null);
  });
  context.addEventHandler(() => Promise.reject(Object.create(null)));
  const { definition, runs } = await notedJob<number>(context, 'UNDISTURBED');
  daemons.worker(context);
  await definition.enqueueMany([{ payload: 1 }, { payload: 2 }]);
  await until('both are finalized', async () => {
    return (await schema.value(`select count(*)::int from {s}.finalized_job where outcome = 'succeeded'`)) === 2;
  });
  expect(runs).toHaveLength(2);
});
