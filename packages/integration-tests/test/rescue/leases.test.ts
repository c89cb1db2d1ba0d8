import { describe, expect, it } from '@jest/globals';
import { LeaseLostError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { lapse } from '../support/lapse.ts';
import { gate, listening, registered, until } from '../support/until.ts';

const schema = useSchema();
const direct = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** A worker without a session lock, whose lease can be made to run out while it cannot renew it soon. */
const LOSING = { wakeUp: 'poll', pollSecs: 0.02, leaseSecs: 600 } as const;
/** One whose lease outlasts that. */
const LASTING = { wakeUp: 'poll', pollSecs: 0.02, leaseSecs: 86_400 } as const;
const loseLease = (of = schema) => lapse(of, 700);

describe('a lease', () => {
  it('is thirty seconds by default, one row for each process', async () => {
    const context = schema.context();
    daemons.worker(context);
    await registered(schema);
    const left = 'select extract(epoch from expires_at - now())::float8 from {s}.process';
    expect(await schema.value(left)).toBeGreaterThan(15);
    expect(await schema.value(left)).toBeLessThanOrEqual(30);
  });

  it('is renewed every third of its time, whatever runs', async () => {
    const context = schema.context({ leaseSecs: 3 });
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'LONG', () => finish.opened);
    daemons.worker(context);
    await registered(schema);
    await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    const expiry = (): Promise<unknown> =>
      schema.value('select extract(epoch from expires_at)::float8 from {s}.process');
    const before = Number(await expiry());
    await until('the lease lasts two thirds longer', async () => Number(await expiry()) > before + 1.9);
    finish.open();
  });

  it('that has run out gives the job to another worker, and the one who had it is told', async () => {
    const renew = gate();
    const driver = intercepted(schema.driver(), async ({ name }, send) => {
      if (name === 'bearmq_renew_lease') await renew.opened;
      return send();
    });
    const [loser, winner] = [schema.context({ wakeUp: 'poll', leaseSecs: 3 }, { driver }), schema.context(LASTING)];
    const [loserEvents, winnerEvents] = [logEvents(loser), logEvents(winner)];
    const finish = gate();
    const lost = await notedJob<null>(loser, 'LOST', () => finish.opened, { numAttempts: 2 });
    await notedJob<null>(winner, 'LOST');
    const worker = daemons.worker(loser);
    const jobId = await lost.definition.enqueue();
    await until('it runs', () => lost.runs.length === 1);
    const signal = lost.runs[0]?.metadata.signal;
    daemons.worker(winner);
    await loseLease();
    await winnerEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(winnerEvents.of('WORKER_JOB_RESCUE', jobId)).toEqual([
      { eventType: 'WORKER_JOB_RESCUE', jobId, jobName: 'LOST' },
    ]);
    expect(winnerEvents.of('WORKER_JOB_RUN', jobId)[0]?.attempt).toBe(2);
    expect(signal?.aborted).toBe(false);
    renew.open();
    await until('the loser is told', () => signal?.aborted === true);
    expect(signal?.reason).toBeInstanceOf(LeaseLostError);
    expect(signal?.reason).toMatchObject({ code: 'BEAR_LEASE_LOST', jobId });
    finish.open();
    await loserEvents.waitFor('WORKER_JOB_LOSE', { jobId });
    expect(loserEvents.of('WORKER_JOB_LOSE')).toMatchObject([
      { eventType: 'WORKER_JOB_LOSE', jobId, jobName: 'LOST', workerId: worker.id, attempt: 1, numAttempts: 2 },
    ]);
    expect(loserEvents.of('WORKER_JOB_RUN_SUCCESS', jobId)).toEqual([]);
  });

  it('is taken out anew by a process that lost it, which then goes on', async () => {
    const [loser, other] = [schema.context(LOSING), schema.context(LASTING)];
    const events = logEvents(loser);
    const { definition } = await notedJob<null>(loser, 'GOES_ON');
    await notedJob<null>(other, 'OF_THE_OTHER');
    daemons.worker(loser);
    daemons.worker(other);
    await until('both have leases', async () => (await schema.value('select count(*)::int from {s}.process')) === 2);
    const [before] = await schema.rows('select id from {s}.process order by expires_at limit 1');
    await loseLease();
    await until('it has a new one', async () => {
      const ids = (await schema.rows('select id from {s}.process')).map(({ id }) => id);
      return ids.length === 2 && !ids.includes(before?.['id']);
    });
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('that runs out during the last attempt finalizes the job when it is next dequeued, with EXPIRE', async () => {
    const [loser, winner] = [schema.context(LOSING), schema.context(LASTING)];
    const winnerEvents = logEvents(winner);
    const finish = gate();
    const lost = await notedJob<null>(loser, 'LAST', () => finish.opened);
    const again = await notedJob<null>(winner, 'LAST');
    daemons.worker(loser);
    const jobId = await lost.definition.enqueue();
    await until('it runs', () => lost.runs.length === 1);
    const worker = daemons.worker(winner);
    await loseLease();
    await winnerEvents.waitFor('WORKER_JOB_EXPIRE', { jobId });
    // The rescue is told of by a daemon of its own: a claim may be answered first.
    const types = winnerEvents.types(jobId);
    expect(types.filter((type) => type !== 'WORKER_JOB_RESCUE')).toEqual(['WORKER_JOB_DEQUEUE', 'WORKER_JOB_EXPIRE']);
    await winnerEvents.waitFor('WORKER_JOB_RESCUE', { jobId });
    expect(winnerEvents.of('WORKER_JOB_EXPIRE', jobId)[0]?.workerId).toBe(worker.id);
    expect(again.runs).toHaveLength(0);
    expect(
      await schema.rows('select outcome::text, attempt, error from {s}.finalized_job where id = $1', [jobId]),
    ).toEqual([
      { outcome: 'failed', attempt: 1, error: expect.stringMatching(/worker process died during attempt 1, the last/) },
    ]);
    finish.open();
  });

  it('that runs out is noticed by an orchestrator, too, which says so', async () => {
    const loser = schema.context({ ...LOSING, pollSecs: 3_600 });
    const finish = gate();
    const lost = await notedJob<null>(loser, 'ORCHESTRATED', () => finish.opened, { numAttempts: 2 });
    daemons.worker(loser);
    const jobId = await lost.definition.enqueue();
    await until('it runs', () => lost.runs.length === 1);
    await loseLease();
    const context = schema.context();
    const events = logEvents(context);
    daemons.orchestrator(context);
    await events.waitFor('ORCHESTRATOR_JOB_RESCUE', { jobId });
    expect(await schema.rows('select state::text, attempt from {s}.job where id = $1', [jobId])).toEqual([
      { state: 'ready', attempt: 1 },
    ]);
    finish.open();
  });

  it('that has run out counts for nothing while the session lock is held', async () => {
    const context = direct.context({ leaseSecs: 600, pollSecs: 3_600 });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'LOCKED', () => finish.opened);
    daemons.worker(context, { concurrency: 2 });
    await listening(direct);
    const jobId = await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    await loseLease(direct);
    const counts = counted(direct.driver());
    const other = direct.context(LASTING, { driver: counts.driver });
    await notedJob<null>(other, 'LOCKED');
    daemons.worker(other);
    await until('the other has tried to rescue', () => counts.of('bearmq_rescue') >= 2);
    expect(await direct.value('select fence from {s}.job where id = $1', [jobId])).toBe(1);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});

describe('a worker that lost its claim', () => {
  it.each(['succeeds', 'fails'] as const)('settles nothing and frees no lock when it %s', async (how) => {
    const group = `fenced ${how}`;
    const [loser, winner] = [schema.context(LOSING), schema.context(LASTING)];
    const [loserEvents, winnerEvents] = [logEvents(loser), logEvents(winner)];
    const [finishLost, finishAgain] = [gate(), gate()];
    const settings = { numAttempts: 3, timeoutSecs: 0, jobGroupGenerator: () => group };
    const lost = await notedJob<number>(
      loser,
      group,
      async () => {
        await finishLost.opened;
        if (how === 'fails') throw new Error('too late');
      },
      settings,
    );
    const again = await notedJob<number>(winner, group, (n) => n === 0 && finishAgain.opened, settings);
    daemons.worker(loser);
    const first = await lost.definition.enqueue(0);
    const second = await lost.definition.enqueue(1);
    await until('it runs', () => lost.runs.length === 1);
    daemons.worker(winner, { concurrency: 3 });
    await loseLease();
    await until('it runs elsewhere', () => again.runs.length === 1);
    finishLost.open();
    await loserEvents.waitFor('WORKER_JOB_LOSE', { jobId: first });
    expect(
      await schema.rows('select state::text, attempt, fence, last_error from {s}.job where id = $1', [first]),
    ).toEqual([{ state: 'running', attempt: 2, fence: 3, last_error: null }]);
    expect(await schema.value('select running from {s}.job_group where name = $1', [group])).toBe(1);
    expect(again.runs.map(({ payload }) => payload)).toEqual([0]);
    finishAgain.open();
    await winnerEvents.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: first });
    await until('the next of the group has run', async () =>
      Boolean(await schema.value('select true from {s}.finalized_job where id = $1', [second])),
    );
    const types = loserEvents.types(first);
    expect(types).not.toContain('WORKER_JOB_RUN_SUCCESS');
    expect(types).not.toContain('WORKER_JOB_RUN_ERROR');
  });
});
