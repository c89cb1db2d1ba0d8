import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/**
 * While claims were filled, each asked fewer groups for more jobs than the one before, without an end: after a hundred of
 * them the database refused the number, and the process claimed nothing any more. And as jobs without a group filled claims
 * too, they went before jobs of groups with a higher priority, of which no more were asked.
 */
describe('a long backlog of groups', () => {
  it('goes before jobs of a lower priority that have no group', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<'low' | 'high' | 'first'>(context, 'BACKLOG');
    daemons.worker(context, { concurrency: 5 });
    const first = await definition.enqueue('first', { jobGroup: 'first' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: first });
    await context.pause({ jobName: 'BACKLOG' });
    await definition.enqueueMany(Array.from({ length: 15_000 }, () => ({ payload: 'low' as const })));
    await definition.enqueueMany(
      Array.from({ length: 15_000 }, (_, n) => ({ payload: 'high' as const, priority: 10, jobGroup: `group ${n}` })),
    );
    await context.resume({ jobName: 'BACKLOG' });
    await until('all have run', () => runs.length === 30_001, 60_000);
    const lastHigh = runs.findLastIndex(({ payload }) => payload === 'high');
    const before = runs.slice(0, lastHigh).filter(({ payload }) => payload === 'low').length;
    expect(before).toBeLessThan(7_500); // a claim or two are filled up with them; once it was all of them
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  }, 90_000);
});
