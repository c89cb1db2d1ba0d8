import { describe, expect, it } from '@jest/globals';
import { JobDefinition, type JobMetadata } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { logEvents } from '../support/events.ts';
import { gate, until } from '../support/until.ts';
import { PATIENCE_MS, useWays, WAYS, type WayName } from './support/ways.ts';

const daemons = useDaemons();
const opened = useWays();

type Work = (n: number, metadata: JobMetadata) => unknown;

/** A Worker of a definition that keeps its results; and the same definition in a context of its own, which waits only. */
async function keeping(name: WayName, work: Work, settings = {}) {
  const { driver, newContext } = await opened(name);
  const [here, there] = [newContext(settings), newContext(settings)];
  const [own, others] = [here, there].map(
    (context) =>
      new JobDefinition<number, number, unknown>({ context, name: 'KEPT', result: 'keep', workFunction: work }),
  ) as [JobDefinition<number, number, unknown>, JobDefinition<number, number, unknown>];
  await own.register();
  daemons.worker(here);
  return {
    driver,
    context: here,
    events: logEvents(here),
    definition: own,
    elsewhere: { context: there, definition: others },
  };
}

describe.each(WAYS)('a result on %s', (name) => {
  it(
    'is that of the work function, for who runs it and for who only waits',
    async () => {
      const result = { b: [1, null, -0.5, 1e21], a: { deep: 'it\'s "ü" \\ 😀' } };
      const { context, definition, elsewhere } = await keeping(name, (n) => (n === 0 ? undefined : { ...result, n }));
      expect(await definition.enqueueAndWait(1)).toEqual({ ...result, n: 1 });
      expect(await Promise.all([2, 3, 4].map((n) => elsewhere.definition.enqueueAndWait(n)))).toEqual(
        [2, 3, 4].map((n) => ({ ...result, n })),
      );
      const jobId = await elsewhere.definition.enqueue(5);
      expect(await elsewhere.definition.result(jobId, { waitSecs: 30 })).toEqual({ ...result, n: 5 });
      expect(await definition.result(jobId)).toEqual({ ...result, n: 5 });
      expect(await context.jobs.outcome(jobId)).toEqual({ outcome: 'succeeded', result: { ...result, n: 5 } });
      expect(await definition.enqueueAndWait(0)).toBeUndefined();
    },
    PATIENCE_MS,
  );

  it(
    'of a job that has failed, was cancelled, is not over or is none is said so',
    async () => {
      const go = gate();
      const { context, definition, elsewhere } = await keeping(name, async (n) => {
        if (n === 1) throw new Error('no luck\nat all');
        await go.opened;
        return 'done';
      });
      const once = { numAttempts: 1, waitSecs: 30 };
      await expect(elsewhere.definition.enqueueAndWait(1, once)).rejects.toMatchObject({
        code: 'BEAR_JOB_FAILED',
        error: expect.stringContaining('at all'),
      });
      const later = await definition.enqueue(2, { delaySecs: 600 });
      const told = elsewhere.context.jobs.outcome(later, { waitSecs: 30 });
      await context.jobs.cancel(later, { reason: 'not needed' });
      expect(await told).toEqual({ outcome: 'cancelled', reason: 'not needed' });
      const runs = await definition.enqueue(3);
      await expect(definition.result(runs, { waitSecs: 0.1 })).rejects.toMatchObject({ code: 'BEAR_WAIT_TIMEOUT' });
      const waits = elsewhere.definition.result(runs, { waitSecs: 30 });
      go.open();
      expect(await waits).toBe('done');
      await expect(context.jobs.outcome('01a229f9-0000-7000-8000-000000000000')).rejects.toMatchObject({
        code: 'BEAR_JOB_NOT_FOUND',
      });
    },
    PATIENCE_MS,
  );

  it(
    'that JSON would change or that is too large fails the job; one of almost a megabyte is kept',
    async () => {
      const results = [new Map([[1, 2]]), 'x'.repeat(1024 * 1024), 'x'.repeat(1024 * 1024 - 2)];
      const { definition } = await keeping(name, (n) => results[n]);
      for (const n of [0, 1]) {
        await expect(definition.enqueueAndWait(n)).rejects.toMatchObject({
          code: 'BEAR_JOB_FAILED',
          error: expect.stringContaining('ResultError'),
        });
      }
      expect(await definition.enqueueAndWait(2)).toBe(results[2]);
    },
    PATIENCE_MS,
  );

  it(
    'is that of the transaction in which the job was completed',
    async () => {
      const { driver, definition, events } = await keeping(name, async (n, { completeIn }) => {
        await driver.transaction((tx) => completeIn(tx, { inside: n }));
        if (n === 2) throw new Error('too late to matter');
        return 'returned';
      });
      expect(await definition.enqueueAndWait(1)).toEqual({ inside: 1 });
      expect(await definition.enqueueAndWait(2)).toEqual({ inside: 2 });
      expect(events.of('DAEMON_ERROR')).toEqual([]);
    },
    PATIENCE_MS,
  );

  it(
    'is found where no history is kept',
    async () => {
      const { definition, elsewhere } = await keeping(name, (n) => n, { jobPostFinalizeDeleteSecs: 0 });
      expect(await elsewhere.definition.enqueueAndWait(7)).toBe(7);
      expect(await definition.enqueueAndWait(8)).toBe(8);
    },
    PATIENCE_MS,
  );
});

describe.each(WAYS)('what a running job says on %s', (name) => {
  it(
    'can be read while it runs, and when it is over',
    async () => {
      const go = gate();
      const { definition, events, elsewhere } = await keeping(name, async (_, { progress, log, attempt }) => {
        progress({ attempt, part: 'ü' });
        log(`attempt ${attempt}`);
        log('\0x'.padEnd(3_000, 'y'));
        if (attempt === 1) throw new Error('again');
        await go.opened;
        for (let done = 1; done <= 100; done += 1) progress({ done });
      });
      const { jobs } = elsewhere.context;
      const jobId = await definition.enqueue(1, { numAttempts: 2, timeoutSecs: 0 });
      await until('its second attempt has said so', async () => (await jobs.log(jobId)).lines.length === 4);
      expect(await jobs.progress(jobId)).toEqual({ value: { attempt: 2, part: 'ü' }, at: expect.any(Date) });
      go.open();
      expect(await definition.result(jobId, { waitSecs: 30 })).toBeUndefined();
      await until('the last is written', async () => {
        return JSON.stringify((await jobs.progress(jobId))?.value) === '{"done":100}';
      });
      const { lines, next } = await jobs.log(jobId);
      expect(lines.map(({ nth, line }) => [nth, line.slice(0, 9)])).toEqual([
        [1, 'attempt 1'],
        [2, 'xyyyyyyyy'],
        [3, 'attempt 2'],
        [4, 'xyyyyyyyy'],
      ]);
      expect(next).toBeNull();
      expect(await jobs.log(jobId, { after: 1, limit: 1 })).toMatchObject({ lines: [{ nth: 2 }], next: 2 });
      expect(events.of('DAEMON_ERROR')).toEqual([]);
    },
    PATIENCE_MS,
  );
});
