import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';
import { type Page, usePages } from './support/pages.ts';

const schema = useSchema();
const daemons = useDaemons();

const { pages, stored } = usePages(schema);

describe('a unique definition', () => {
  it('enqueues one job of a key, and tells whose id it was', async () => {
    const definition = pages();
    const first = await definition.submit({ page: 'a' });
    expect(first.outcome).toBe('enqueued');
    expect(await definition.submit({ page: 'a' })).toEqual({ jobId: first.jobId, outcome: 'skipped' });
    expect(await definition.enqueue({ page: 'a' })).toBe(first.jobId);
    expect(await definition.enqueue({ page: 'b' })).not.toBe(first.jobId);
    expect(await stored(definition)).toEqual([{ page: 'a' }, { page: 'b' }]);
  });

  it('may have one key for all, and a job its own, or none', async () => {
    const definition = pages({ key: 'the only one' });
    const first = await definition.enqueue({ page: 'a' });
    expect(await definition.enqueue({ page: 'b' })).toBe(first);
    expect(await definition.enqueue({ page: 'c' }, { unique: 'the only one' })).toBe(first);
    const own = await definition.enqueue({ page: 'd' }, { unique: 'another' });
    expect(own).not.toBe(first);
    expect(await definition.submit({ page: 'e' }, { unique: null })).toMatchObject({ outcome: 'enqueued' });
    expect((await stored(definition)).map(({ page }) => page)).toEqual(['a', 'd', 'e']);
  });

  it('of which many are enqueued at once has one for each key, in order', async () => {
    const definition = pages({ onConflict: 'replace' });
    const first = await definition.submit({ page: 'b' });
    const items = ['a', 'b', 'a', 'c'].map((page, n) => ({ payload: { page, n } }));
    const outcomes = await definition.submitMany([...items, { payload: { page: 'a', n: 4 }, unique: null }]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'enqueued',
      'replaced',
      'replaced',
      'enqueued',
      'enqueued',
    ]);
    expect(outcomes[1]?.jobId).toBe(first.jobId);
    expect(outcomes[2]?.jobId).toBe(outcomes[0]?.jobId);
    expect(await stored(definition)).toEqual([
      { page: 'b', n: 1 },
      { page: 'a', n: 2 },
      { page: 'c', n: 3 },
      { page: 'a', n: 4 },
    ]);
    expect(await definition.enqueueMany(items)).toEqual(outcomes.slice(0, 4).map(({ jobId }) => jobId));
    expect(await definition.submitMany([])).toEqual([]);
  });

  it('takes ten thousand in one call, with keys across its statements', async () => {
    const definition = pages();
    const items = Array.from({ length: 10_000 }, (_, n) => ({ payload: { page: String(n % 9_000) } }));
    const outcomes = await definition.submitMany(items);
    expect(outcomes.filter(({ outcome }) => outcome === 'enqueued')).toHaveLength(9_000);
    expect(outcomes.slice(9_000).map(({ jobId }) => jobId)).toEqual(outcomes.slice(0, 1_000).map(({ jobId }) => jobId));
    expect(await stored(definition)).toHaveLength(9_000);
  });

  it('runs a replaced job once, with the latest payload and headers', async () => {
    const context = schema.context();
    const { definition, runs } = await notedJob<Page>(context, 'LATEST', () => {}, {
      delaySecs: 0.5,
      unique: { key: ({ page }) => page, until: 'started', onConflict: 'replace' },
    });
    const events = logEvents(context);
    const id = await definition.enqueue({ page: 'a', n: 1 }, { headers: { trace: '1' } });
    expect(await definition.enqueue({ page: 'a', n: 2 }, { headers: { trace: '2' } })).toBe(id);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
    expect(runs.map(({ payload, metadata }) => [payload.n, metadata.headers])).toEqual([[2, { trace: '2' }]]);
  });
});

describe('a unique job of a group', () => {
  it('waits for its turn and runs, replaced meanwhile or enqueued with others', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<Page>(context, 'IN A GROUP', () => {}, {
      jobGroupGenerator: () => 'one',
      unique: { key: ({ page }) => page, until: 'started', onConflict: 'replace' },
    });
    const first = await definition.enqueue({ page: 'a', n: 1 });
    const others = await definition.submitMany([{ payload: { page: 'b' } }, { payload: { page: 'a', n: 2 } }]);
    expect(others.map(({ outcome }) => outcome)).toEqual(['enqueued', 'replaced']);
    expect(others[1]?.jobId).toBe(first);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs.map(({ payload }) => payload)).toEqual([{ page: 'a', n: 2 }, { page: 'b' }]);
  });
});

describe('the events of submitted jobs', () => {
  it('tell what became of each, after the commit', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = pages({ onConflict: 'replace' }, context);
    const skipping = pages({}, context);
    const id = await definition.enqueue({ page: 'a' });
    await definition.enqueue({ page: 'a' });
    const skipped = await skipping.enqueue({ page: 'b' });
    await skipping.enqueueMany([{ payload: { page: 'b' } }]);
    expect(events.all).toEqual([
      { eventType: 'JOB_DEFINITION_JOB_ENQUEUE', jobId: id, jobName: definition.name },
      { eventType: 'JOB_DEFINITION_JOB_REPLACE', jobId: id, jobName: definition.name, key: 'a' },
      { eventType: 'JOB_DEFINITION_JOB_ENQUEUE', jobId: skipped, jobName: skipping.name },
      { eventType: 'JOB_DEFINITION_JOB_SKIP', jobId: skipped, jobName: skipping.name, key: 'b' },
    ]);
  });
});

describe('a unique key', () => {
  it('that is held until the end stays held while the job fails and waits for its retry', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const opened = gate();
    const { definition } = await notedJob<Page>(
      context,
      'ONE AT A TIME',
      async (_, { attempt }) => {
        if (attempt === 1) throw new Error('again');
        await opened.opened;
      },
      { numAttempts: 2, timeoutSecs: 0.2, unique: { key: 'K', until: 'finished' } },
    );
    daemons.worker(context);
    const id = await definition.enqueue({ page: 'a' });
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId: id });
    expect(await definition.enqueue({ page: 'b' })).toBe(id);
    await events.waitFor('WORKER_JOB_RUN', { jobId: id, count: 2 });
    expect(await definition.enqueue({ page: 'c' })).toBe(id);
    opened.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: id });
    expect(await definition.submit({ page: 'd' })).toMatchObject({ outcome: 'enqueued' });
  });

  it('that nothing holds any more is deleted by an orchestrator; one that is held stays', async () => {
    await schema.rows('truncate {s}.job, {s}.unique_key');
    const context = schema.context();
    const definition = pages({ until: 'finished' }, context);
    await definition.enqueueMany(Array.from({ length: 2_500 }, (_, n) => ({ payload: { page: String(n) } })));
    await schema.rows(`delete from {s}.job where payload ->> 'page' <> '7'`);
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    await until(
      'the litter is gone',
      async () => (await schema.value('select count(*)::int from {s}.unique_key')) === 1,
    );
    expect(await definition.submit({ page: '7' })).toMatchObject({ outcome: 'skipped' });
  });
});
