import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob, type Run } from '../support/jobs.ts';
import { empty } from '../support/statements.ts';
import { gate, until } from '../support/until.ts';

// What a process knew of a job it kept by the job's id. A second claim of a job took the place of the first, and went
// with it when the first run ended; and a claim that came a second time was run a second time. Where another process had
// claimed the job in between and handed it back, a process began it anew and let its first run of it go on untold.

const schema = useSchema();
const daemons = useDaemons();

beforeEach(() => empty(schema));

/** A job whose nth run lasts until the nth gate is opened. */
async function gatedJob(context: Context, name: string, onRun: (runs: readonly Run<null>[]) => void = () => {}) {
  const gates = Array.from({ length: 3 }, gate);
  let count = 0;
  const job = await notedJob<null>(context, name, (_, { signal }) => {
    onRun(job.runs);
    const { opened } = gates[count] ?? gate();
    count += 1;
    void signal; // asked for, so that it is there to be aborted
    return opened;
  });
  return { ...job, gates };
}

async function loseLease(): Promise<void> {
  await schema.rows(`update {s}.process set expires_at = now() - interval '1 hour', session_key = null`);
  await schema.rows('select * from {s}.rescue_v1(null, 10800, 10800, 0)');
}

describe('a process that takes a job again while its first run of it goes on', () => {
  it('tells the second run that its claim is lost, though the first has ended', async () => {
    const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' });
    const { definition, runs, gates } = await gatedJob(context, 'AGAIN');
    daemons.worker(context, { concurrency: 3 });
    await definition.enqueue(null, { numAttempts: 5 });
    await until('it runs', () => runs.length === 1);
    await loseLease();
    await until('it runs again', () => runs.length === 2);
    expect(runs.map(({ metadata }) => metadata.signal.aborted)).toEqual([true, false]);
    const events = logEvents(context);
    gates[0]?.open();
    await events.waitFor('WORKER_JOB_LOSE');
    await loseLease();
    await until('the second run is told', () => runs[1]?.metadata.signal.aborted === true);
  });
});

describe('a claim that is brought a second time, as its first commit was lost', () => {
  it('is not run a second time, and counts', async () => {
    const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' });
    const events = logEvents(context);
    const { definition, runs, gates } = await gatedJob(context, 'TWICE');
    const { definition: other } = await notedJob<null>(context, 'OTHER');
    daemons.worker(context, { concurrency: 3 });
    const jobId = await definition.enqueue(null, { jobGroup: 'twice' });
    await until('it runs', () => runs.length === 1);
    await schema.rows(
      `with g as (update {s}.job_group set running = 0)
      update {s}.job set state = 'ready', process_id = null, fence = 0, attempt = 0, started = false where id = $1`,
      [jobId],
    );
    const isClaimed = `select count(*)::int from {s}.job where id = $1 and state = 'running'`;
    await until('it is claimed again', async () => (await schema.value(isClaimed, [jobId])) === 1);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await other.enqueue() }); // by a later claim
    gates[0]?.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs).toHaveLength(1);
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(await schema.value(`select running from {s}.job_group where name = 'twice'`)).toBe(0);
  });
});

describe('a job that is brought again as another claim, since the commit of the first was lost and somebody else had it', () => {
  /** What is left when the commit of a claim is lost, and another process has claimed the same jobs and released them. */
  const forget = `with g as (update {s}.job_group set running = 0)
    update {s}.job set state = 'ready', process_id = null, started = false, attempt = 0 where state = 'running'`;

  it('has its first run told before the second begins, and the second counts', async () => {
    const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' });
    const events = logEvents(context);
    const told: boolean[][] = [];
    const { definition, runs, gates } = await gatedJob(context, 'PASSED ON', (all) =>
      told.push(all.map(({ metadata }) => metadata.signal.aborted)),
    );
    daemons.worker(context, { concurrency: 3 });
    const jobId = await definition.enqueue(null, { jobGroup: 'passed on' });
    await until('it runs', () => runs.length === 1);
    await schema.rows(forget);
    await until('it runs again', () => runs.length === 2);
    expect(told).toEqual([[false], [true, false]]);
    gates[0]?.open();
    await events.waitFor('WORKER_JOB_LOSE', { jobId });
    gates[1]?.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await schema.rows('select fence, outcome::text from {s}.finalized_job')).toEqual([
      { fence: 2, outcome: 'succeeded' },
    ]);
    expect(await schema.value(`select running from {s}.job_group where name = 'passed on'`)).toBe(0);
  });

  it('counts the attempt that somebody else has spent, though the claim has the number of the first', async () => {
    const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' });
    const events = logEvents(context);
    const { definition, runs, gates } = await gatedJob(context, 'SPENT');
    const jobId = await definition.enqueue(null, { numAttempts: 2, timeoutSecs: 0 });
    await schema.rows('update {s}.job set fence = 1'); // claimed and released: that was lost as well
    daemons.worker(context, { concurrency: 3 });
    await until('it runs', () => runs.length === 1);
    // What is left when somebody else has claimed it first, and failed.
    await schema.rows(`update {s}.job set state = 'ready', process_id = null, started = false, fence = 1, attempt = 1`);
    await until('it runs again', () => runs.length === 2);
    expect(runs.map(({ metadata: { attempt, signal } }) => [attempt, signal.aborted])).toEqual([
      [1, true],
      [2, false],
    ]);
    gates[0]?.open();
    await events.waitFor('WORKER_JOB_LOSE', { jobId });
    gates[1]?.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await schema.rows('select fence, attempt, outcome::text from {s}.finalized_job')).toEqual([
      { fence: 2, attempt: 2, outcome: 'succeeded' },
    ]);
  });

  it('is not run by the first claim, if it was not begun', async () => {
    const finish = gate();
    const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' });
    const events = logEvents(context);
    const behind = `select count(*)::int from {s}.job j, {s}.job mine where mine.id = $1
      and j.job_group = mine.job_group and j.state = 'running' and j.seq > mine.seq`;
    let heldUp: string | undefined;
    const { definition, runs } = await notedJob<number>(context, 'BEHIND', async (n, { jobId }) => {
      if (n < 100 || heldUp !== undefined || Number(await schema.value(behind, [jobId])) === 0) return;
      heldUp = jobId;
      await finish.opened;
    });
    for (let n = 0; n < 300; n += 1) await definition.enqueue(n, { jobGroup: 'behind' });
    daemons.worker(context, { concurrency: 3 });
    await until('one takes its time, with others behind it', () => heldUp !== undefined);
    await until('those before it are settled', () => events.of('WORKER_JOB_RUN_SUCCESS').length === runs.length - 1);
    await schema.rows(forget);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 300 });
    finish.open();
    await events.waitFor('WORKER_JOB_LOSE', { jobId: heldUp ?? '' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue(300, { jobGroup: 'behind' }) });
    expect(runs).toHaveLength(302);
  });
});
