import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { CLAIMS, connectionLost, hasJobs, intercepted, losingAnswers } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('a settle that was committed and whose answer was lost', () => {
  it.each([
    ['keeps history', 86_400],
    ['keeps none', 0],
  ])('is sent again and tells of each success once, in a context that %s', async (title, jobPostFinalizeDeleteSecs) => {
    const { driver, lost } = losingAnswers(schema.driver(), ['bearmq_settle'], 2);
    const context = schema.context({ jobPostFinalizeDeleteSecs }, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, `SETTLED ${title}`);
    const ids = await Promise.all(Array.from({ length: 10 }, () => definition.enqueue()));
    daemons.worker(context, { concurrency: 10 });
    await until(
      'all are told of',
      () => events.of('WORKER_JOB_RUN_SUCCESS').length + events.of('WORKER_JOB_LOSE').length >= 10,
    );
    expect(lost()).toBe(2);
    for (const jobId of ids) expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toHaveLength(1);
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(runs).toHaveLength(10);
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });

  it('spends each failed attempt once, and tells of it once', async () => {
    const { driver, lost } = losingAnswers(schema.driver(), ['bearmq_settle'], 2);
    const context = schema.context({ pollSecs: 0.1 }, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'FAILURES', () => Promise.reject(new Error('no')), {
      numAttempts: 2,
      timeoutSecs: 1_000,
    });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    expect(lost()).toBe(2);
    expect(await schema.rows('select state::text, attempt from {s}.job where id = $1', [jobId])).toEqual([
      { state: 'scheduled', attempt: 1 },
    ]);
    await schema.age(1_001, 'job');
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(events.of('WORKER_JOB_RUN_ERROR', jobId).map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it('counts a group down once', async () => {
    const { driver } = losingAnswers(schema.driver(), ['bearmq_settle'], 2);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(context, 'COUNTED_ONCE');
    daemons.worker(context, { concurrency: 3 });
    for (let n = 0; n < 5; n += 1) await definition.enqueue(n, { jobGroup: 'counted once' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 5 });
    expect(runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4]);
    expect(await schema.value(`select running from {s}.job_group where name = 'counted once'`)).toBe(0);
  });
});

describe('the answers of a settle and of the next claim of the same job, both lost', () => {
  it('leave no job running for a process that does not know of it', async () => {
    // The outcome of the first claim waits to be sent again, so the process knows the job, but not its second claim.
    const reconciled = gate();
    let settles = 0;
    let isClaimLost = false;
    const driver = intercepted(schema.driver(), async (statement, send) => {
      if (statement.name === 'bearmq_settle') {
        settles += 1;
        if (settles > 1) await reconciled.opened;
      }
      const rows = await send();
      if (statement.name === 'bearmq_reconcile') reconciled.open();
      if (statement.name === 'bearmq_settle' && settles === 1) throw connectionLost();
      if (settles > 0 && !isClaimLost && CLAIMS.includes(statement.name) && hasJobs(rows)) {
        isClaimLost = true;
        throw connectionLost();
      }
      return rows;
    });
    const context = schema.context({ pollSecs: 0.1 }, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(
      context,
      'BOTH_LOST',
      (_, { attempt }) => (attempt === 1 ? Promise.reject(new Error('again')) : undefined),
      { numAttempts: 5, timeoutSecs: 0 },
    );
    const jobId = await definition.enqueue(null, { jobGroup: 'both lost' });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(isClaimLost).toBe(true);
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([1, 2]);
    expect(await schema.value(`select running from {s}.job_group where name = 'both lost'`)).toBe(0);
  });
});

describe('the lost answer', () => {
  it.each([
    ['after a pause', 'bearmq_enqueue_first', {}],
    ['that is delayed', 'bearmq_enqueue', { delaySecs: 60 }],
  ])('to an enqueue %s has it reject as retryable: the job may be there', async (_when, statement, options) => {
    const { driver, lost } = losingAnswers(schema.driver(), [statement], 1);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, `LOST ${statement}`);
    const error = await rejectionOf(definition.enqueue(null, options));
    expect(error).toMatchObject({ name: 'DatabaseError', isRetryable: true });
    expect(lost()).toBe(1);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toEqual([]);
    expect(await schema.value('select count(*)::int from {s}.job where name = $1', [`LOST ${statement}`])).toBe(1);
  });

  it('to a tick of a schedule is asked for again: the tick is enqueued once', async () => {
    const { driver, lost } = losingAnswers(schema.driver(), ['bearmq_fire_schedules'], 1);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    await schema.rows('delete from {s}.schedule');
    await new JobDefinition({ context, name: 'TICK_LOST', repeatSecs: 3_600, workFunction: () => {} }).register();
    daemons.orchestrator(context);
    await events.waitFor('DAEMON_ERROR');
    await until('it has asked again', () => lost() === 1);
    await until(
      'the tick is there',
      async () => (await schema.value(`select count(*)::int from {s}.job where name = 'TICK_LOST'`)) === 1,
    );
  });

  it('to taking out a lease is asked for again: the process gets one, and the other runs out', async () => {
    const { driver } = losingAnswers(schema.driver(), ['bearmq_register_process'], 2);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'LEASE_LOST');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});
