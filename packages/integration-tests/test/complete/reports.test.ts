import { pruneReports } from '@bearmq/core/internal';
import { tablesOf } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import type { JobMetadata } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

let nth = 0;

async function reporting(work: (metadata: JobMetadata) => unknown, numAttempts = 1, context = schema.context()) {
  nth += 1;
  const events = logEvents(context);
  const { definition } = await notedJob<null>(context, `REPORTS_${nth}`, (_, metadata) => work(metadata));
  const worker = daemons.worker(context, { channels: [`R_${nth}`] });
  const jobId = await definition.enqueue(null, { channel: `R_${nth}`, numAttempts, timeoutSecs: 0 });
  return { context, events, worker, jobId };
}

describe('what a running job says of how far it is', () => {
  it('can be read while it runs, and the latest stays when it is over', async () => {
    const [go, end] = [gate(), gate()];
    const { context, worker, jobId } = await reporting(async ({ progress }) => {
      progress({ done: 1 });
      await go.opened;
      for (let done = 2; done <= 100; done += 1) progress({ done });
      end.open();
    });
    await until('it is written', async () => (await context.jobs.progress(jobId)) !== null);
    expect(await context.jobs.progress(jobId)).toEqual({ value: { done: 1 }, at: expect.any(Date) });
    go.open();
    await end.opened;
    await worker.stop();
    expect(await context.jobs.progress(jobId)).toMatchObject({ value: { done: 100 } });
    expect(await context.jobs.get(jobId)).toMatchObject({ outcome: 'succeeded' });
  });

  it.each([
    ['JSON would change', new Map([[1, 2]])],
    ['is larger than 16 KiB', 'x'.repeat(16 * 1024)],
  ])('is left out with a warning where it %s, and the job goes on', async (_title, value) => {
    const { context, events, worker, jobId } = await reporting(({ progress }) => progress(value));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
    expect(await context.jobs.progress(jobId)).toBeNull();
    expect(events.of('WARNING')[0]?.message).toContain('cannot be kept');
  });

  it('may be null, and is null where nothing was said', async () => {
    const said = await reporting(({ progress }) => progress(null));
    await said.events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: said.jobId });
    await said.worker.stop();
    expect(await said.context.jobs.progress(said.jobId)).toMatchObject({ value: null });
    expect(await said.context.jobs.log(said.jobId)).toEqual({ lines: [], next: null });
  });
});

describe('the lines that a job logs', () => {
  it('are kept in their order, of all attempts, cut where they are long', async () => {
    const { context, events, worker, jobId } = await reporting(({ log, attempt }) => {
      log(`attempt ${attempt}`);
      log('\0x'.padEnd(3_000, 'y'));
      log(7 as never);
      if (attempt < 2) throw new Error('again');
    }, 2);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
    const { lines, next } = await context.jobs.log(jobId);
    expect(next).toBeNull();
    expect(lines.map(({ nth: n, line }) => [n, line.slice(0, 9)])).toEqual([
      [1, 'attempt 1'],
      [2, 'xyyyyyyyy'],
      [3, '7'],
      [4, 'attempt 2'],
      [5, 'xyyyyyyyy'],
      [6, '7'],
    ]);
    expect(Math.max(...lines.map(({ line }) => line.length))).toBeLessThanOrEqual(2_000);
    expect(await context.jobs.log(jobId, { after: 4, limit: 1 })).toMatchObject({ lines: [{ nth: 5 }], next: 5 });
    expect(await context.jobs.log(jobId, { after: 6 })).toEqual({ lines: [], next: null });
  });

  it('are the first thousand', async () => {
    const { context, events, worker, jobId } = await reporting(({ log }) => {
      for (let n = 1; n <= 1_500; n += 1) log(`line ${n}`);
    });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await worker.stop();
    const { lines } = await context.jobs.log(jobId);
    expect(lines).toHaveLength(1_000);
    expect(lines.at(-1)?.line).toBe('line 1000');
  });
});

describe('reports', () => {
  it('of many calls are few statements, and without any there is none', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const quiet = await reporting(() => {}, 1, context);
    await quiet.events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: quiet.jobId });
    await quiet.worker.stop();
    expect(counts.of('bearmq_report')).toBe(0);
    const loud = await reporting(
      async ({ progress, log }) => {
        for (let n = 0; n < 500; n += 1) {
          progress(n);
          log(`${n}`);
          if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
        }
      },
      1,
      context,
    );
    await loud.events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: loud.jobId });
    await loud.worker.stop();
    expect(counts.of('bearmq_report')).toBeLessThan(20);
    expect((await context.jobs.log(loud.jobId)).lines).toHaveLength(500);
  });

  it('go with their jobs, and those of others stay; what a job says that is gone is not kept', async () => {
    const context = schema.context({ jobPostFinalizeDeleteSecs: 0 });
    const kept = await reporting(({ progress, log }) => {
      progress(1);
      log('stays');
    });
    await kept.events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: kept.jobId });
    await kept.worker.stop();
    const gone = await reporting(
      async ({ progress, log, jobId }) => {
        progress(1);
        log('goes');
        await until('it is written', async () => (await context.jobs.progress(jobId)) !== null);
      },
      1,
      context,
    );
    await gone.events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: gone.jobId });
    await gone.worker.stop();
    expect(await context.jobs.progress(gone.jobId)).toMatchObject({ value: 1 });
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    await until('it is pruned', async () => (await context.jobs.progress(gone.jobId)) === null);
    expect((await context.jobs.log(gone.jobId)).lines).toEqual([]);
    expect((await context.jobs.log(kept.jobId)).lines).toMatchObject([{ line: 'stays' }]);
    expect(await kept.context.jobs.progress(kept.jobId)).toMatchObject({ value: 1 });
  });

  it('are looked at in pages', async () => {
    const ids = Array.from({ length: 5 }, (_, n) => `00000000-0000-7000-8000-00000000000${n + 1}`);
    await schema.rows(`insert into {s}.job_log select id, 1, now(), 'of nobody' from unnest($1::uuid[]) id`, [
      ids.slice(0, 3),
    ]);
    await schema.rows(`insert into {s}.job_progress select id, '1' from unnest($1::uuid[]) id`, [ids.slice(2)]);
    const [session, tables] = [schema.driver(), tablesOf(schema.name)];
    const first = await pruneReports(session, tables, { after: '00000000-0000-0000-0000-000000000000', limit: 3 });
    expect(first).toEqual({ next: ids[2], deleted: 4 });
    expect(await pruneReports(session, tables, { after: ids[2] ?? '', limit: 2 })).toEqual({
      next: ids[4],
      deleted: 2,
    });
  });
});
