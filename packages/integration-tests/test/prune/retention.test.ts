import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ContextSettings } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const DAY = 86_400;

beforeEach(() => schema.rows('truncate {s}.job, {s}.finalized_job'));

const outcomes = async () =>
  (await schema.rows('select outcome::text from {s}.finalized_job order by 1')).map(({ outcome }) => outcome);

/** Runs a job that succeeds and one that fails. */
async function runBoth(settings: ContextSettings) {
  const context = schema.context(settings);
  const events = logEvents(context);
  const { definition } = await notedJob<string>(context, 'BOTH', (payload) => {
    if (payload === 'fails') throw new Error('fails');
  });
  const worker = daemons.worker(context);
  await definition.enqueueMany([{ payload: 'succeeds' }, { payload: 'fails' }]);
  await events.waitFor('WORKER_JOB_RUN_SUCCESS');
  await events.waitFor('WORKER_JOB_EXPIRE');
  await worker.stop();
}

/** Lets an orchestrator make some passes. */
async function cleanUp(settings: ContextSettings, statement: string): Promise<void> {
  const counts = counted(schema.driver());
  const orchestrator = daemons.orchestrator(schema.context(settings, { driver: counts.driver }), {
    cleanUpPollSecs: 0.1,
  });
  await until('it has cleaned up thrice', () => counts.of(statement) >= 3);
  await orchestrator.stop();
}

describe('jobs that failed', () => {
  it('stay for as long as jobPostFailDeleteSecs says, while those that succeeded go', async () => {
    const settings = { jobPostFailDeleteSecs: 14 * DAY };
    await runBoth(settings);
    await schema.age(DAY + 60, 'finalized_job');
    await cleanUp(settings, 'bearmq_prune_failed');
    expect(await outcomes()).toEqual(['failed']);
    await schema.age(13 * DAY, 'finalized_job');
    await cleanUp(settings, 'bearmq_prune_failed');
    expect(await outcomes()).toEqual([]);
  });

  it('may go first', async () => {
    const settings = { jobPostFailDeleteSecs: 60 };
    await runBoth(settings);
    await schema.age(120, 'finalized_job');
    await cleanUp(settings, 'bearmq_prune_failed');
    expect(await outcomes()).toEqual(['succeeded']);
  });

  it('are kept where those that succeed are deleted at once; and the other way round', async () => {
    await runBoth({ jobPostFinalizeDeleteSecs: 0, jobPostFailDeleteSecs: DAY });
    expect(await outcomes()).toEqual(['failed']);
    await schema.rows('truncate {s}.finalized_job');
    await runBoth({ jobPostFailDeleteSecs: 0 });
    expect(await outcomes()).toEqual(['succeeded']);
  });
});

describe('maxFinalizedJobs', () => {
  it('keeps the newest so many, and tells of each that goes', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({ maxFinalizedJobs: 3 }, { driver: counts.driver });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'MANY');
    daemons.worker(context);
    for (let n = 0; n < 5; n += 1) {
      const jobId = await definition.enqueue(n);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    await events.waitFor('ORCHESTRATOR_JOB_DELETE', { count: 2 });
    const kept = 'select payload::text as n from {s}.finalized_job order by n';
    expect((await schema.rows(kept)).map(({ n }) => n)).toEqual(['2', '3', '4']);
    // Once a minute is enough for all passes that follow.
    const passes = counts.of('bearmq_prune_finalized');
    await until('it goes on cleaning up', () => counts.of('bearmq_prune_finalized') >= passes + 3);
    expect(counts.of('bearmq_prune_beyond')).toBe(1);
  });
});
