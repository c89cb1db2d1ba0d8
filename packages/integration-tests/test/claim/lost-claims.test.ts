import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { CLAIMS, connectionLost, hasJobs, holdingClaims, intercepted, losingAnswers } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('a claim that was committed and whose answer was lost', () => {
  it('is undone: its jobs run, and no attempt is spent', async () => {
    const { driver, lost } = losingAnswers(schema.driver(), CLAIMS, 3, hasJobs);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<null>(context, 'CLAIM_LOST');
    const ids = await Promise.all(Array.from({ length: 20 }, () => definition.enqueue()));
    daemons.worker(context, { concurrency: 4 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 20 });
    expect(lost()).toBe(3);
    expect(runs.map(({ metadata }) => metadata.jobId).sort()).toEqual([...ids].sort());
    expect(runs.every(({ metadata }) => metadata.attempt === 1)).toBe(true);
    expect(events.of('DAEMON_ERROR').map(({ daemon, failures }) => [daemon, failures])).toEqual([
      ['claimer', 1],
      ['claimer', 1],
      ['claimer', 1],
    ]);
    expect(events.of('WORKER_JOB_EXPIRE')).toEqual([]);
  });

  it('leaves no group locked, and its order as it was', async () => {
    const { driver } = losingAnswers(schema.driver(), CLAIMS, 2, hasJobs);
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(context, 'GROUP_LOST');
    for (let n = 0; n < 10; n += 1) await definition.enqueue(n, { jobGroup: 'lost' });
    daemons.worker(context, { concurrency: 4 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 10 });
    expect(runs.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await schema.value(`select running from {s}.job_group where name = 'lost'`)).toBe(0);
  });

  it('is undone without touching jobs that run, or whose outcome is on its way', async () => {
    const [settleHeld, settleGo, finish] = [gate(), gate(), gate()];
    const losing = losingAnswers(schema.driver(), CLAIMS, 0, hasJobs);
    let fixed = 0;
    const driver = intercepted(losing.driver, async ({ name }, send) => {
      if (name === 'bearmq_settle') {
        settleHeld.open();
        await settleGo.opened;
      }
      const rows = await send();
      if (name === 'bearmq_reconcile') fixed += 1;
      return rows;
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<string>(context, 'BYSTANDERS', async (payload) => {
      if (payload === 'runs') await finish.opened;
    });
    daemons.worker(context, { concurrency: 4 });
    const ids = [await definition.enqueue('runs'), await definition.enqueue('is settled')];
    await settleHeld.opened;
    losing.loseNext(1);
    ids.push(await definition.enqueue('is claimed'));
    await until('the lost claim was fixed', () => fixed > 0);
    settleGo.open();
    finish.open();
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(runs).toHaveLength(3);
  });

  it('is undone once: a late call to do so releases nothing that was claimed since', async () => {
    const late: (() => Promise<unknown>)[] = [];
    const losing = losingAnswers(schema.driver(), CLAIMS, 1, hasJobs);
    const driver = intercepted(losing.driver, async ({ name }, send) => {
      if (name !== 'bearmq_reconcile' || late.length > 0) return await send();
      late.push(send);
      throw connectionLost();
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'LATE', () => finish.opened);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    await late[0]?.();
    expect(await schema.value('select state::text from {s}.job where id = $1', [jobId])).toBe('running');
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(runs).toHaveLength(1);
  });

  it('is undone without touching a group that is worked through, job by job', async () => {
    const finish = gate();
    const losing = losingAnswers(schema.driver(), CLAIMS, 0, hasJobs);
    let fixed = 0;
    const driver = intercepted(losing.driver, async ({ name }, send) => {
      const rows = await send();
      if (name === 'bearmq_reconcile') fixed += 1;
      return rows;
    });
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    let running = 0;
    let most = 0;
    let isHeldUp = false;
    const behind = `select count(*)::int from {s}.job j, {s}.job mine where mine.id = $1
      and j.job_group = mine.job_group and j.state = 'running' and j.seq > mine.seq`;
    const { definition, runs } = await notedJob<number>(context, 'RUN', async (n, { jobId }) => {
      running += 1;
      most = Math.max(most, running);
      if (n >= 100 && !isHeldUp && Number(await schema.value(behind, [jobId])) > 0) {
        isHeldUp = true;
        await finish.opened;
      }
      running -= 1;
    });
    const other = await notedJob<null>(context, 'OTHER');
    for (let n = 0; n < 300; n += 1) await definition.enqueue(n, { jobGroup: 'run' });
    daemons.worker(context, { concurrency: 3 });
    await until('one takes its time, with others behind it', () => isHeldUp);
    await until('those before it are settled', () => events.of('WORKER_JOB_RUN_SUCCESS').length === runs.length - 1);
    losing.loseNext(1);
    const claimed = await other.definition.enqueue();
    await until('the lost claim was fixed', () => fixed > 0);
    finish.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: claimed });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 301 });
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(runs.map(({ payload }) => payload)).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(most).toBe(1);
  });

  it('leaves nothing behind when the worker stops meanwhile', async () => {
    const { driver, claimed, answer } = holdingClaims(schema.driver());
    const context = schema.context({}, { driver });
    const { definition, runs } = await notedJob<null>(context, 'STOPPED');
    const jobId = await definition.enqueue(null, { jobGroup: 'stopped' });
    const worker = daemons.worker(context);
    await claimed;
    const stopped = worker.stop();
    answer('is lost');
    await stopped;
    expect(runs).toHaveLength(0);
    expect(await schema.rows('select state::text, attempt, process_id from {s}.job where id = $1', [jobId])).toEqual([
      { state: 'blocked', attempt: 0, process_id: null },
    ]);
    expect(await schema.value(`select running from {s}.job_group where name = 'stopped'`)).toBe(0);
    expect(await schema.value('select count(*)::int from {s}.process')).toBe(0);
  });
});
