import { afterEach, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);

interface Preview {
  readonly matched: { readonly value: number; readonly isAtLeast: boolean };
  readonly sample: readonly { readonly id: string }[];
  readonly before: string;
  readonly filterHash: string;
}
interface Done {
  readonly done: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly next: string | null;
}

const fill = async (count: number, channel = 'filled'): Promise<void> => {
  const items = Array.from({ length: count }, (_, n) => ({ payload: n, channel }));
  await queue.define('FILLED').enqueueMany(items);
};

/** Previews a bulk and runs it to its end, as a page does. */
async function run(action: string, filter: object, options: object = {}): Promise<{ preview: Preview; pages: Done[] }> {
  const preview = (await api.post('bulk/preview', { action, filter })).json as Preview;
  const { before, filterHash } = preview;
  const pages: Done[] = [];
  for (let after: string | undefined; ; ) {
    const { json } = await api.post('bulk', {
      action,
      filter,
      before,
      filterHash,
      options,
      ...(after === undefined ? {} : { after }),
    });
    const page = json as Done;
    pages.push(page);
    if (page.next === null) return { preview, pages };
    after = page.next;
  }
}

afterEach(async () => {
  for (let next: string | null = ''; next !== null; ) {
    next = (await queue.context.jobs.delete({ jobName: 'FILLED' })).next;
  }
});

describe('a bulk', () => {
  it('is previewed, and goes on page by page until all jobs of the filter are dealt with', async () => {
    await fill(2_500);
    const cancelled = await run('job.cancel', { channel: 'filled' }, { reason: 'all of them' });
    expect(cancelled.preview.matched).toEqual({ value: 2_500, isAtLeast: false });
    expect(cancelled.preview.sample).toHaveLength(5);
    expect(cancelled.pages.map(({ done }) => done)).toEqual([1_000, 1_000, 500]);
    const retried = await run('job.retry', { channel: 'filled' });
    expect(retried.preview.matched.value).toBe(2_500);
    expect(retried.pages.map(({ done }) => done)).toEqual([1_000, 1_000, 500]);
    const moved = await run('job.priority', { channel: 'filled' }, { priority: 3 });
    expect(moved.pages.reduce((sum, { done }) => sum + done, 0)).toBe(2_500);
    const deleted = await run('job.delete', { channel: 'filled' });
    expect(deleted.pages.reduce((sum, { done }) => sum + done, 0)).toBe(2_500);
    expect(await run('job.delete', { channel: 'filled' })).toMatchObject({
      preview: { matched: { value: 0 } },
      pages: [{ done: 0 }],
    });
  });

  it('has the scheduled jobs of a filter run now, and counts no others', async () => {
    await fill(3);
    const later = Array.from({ length: 2 }, (_, n) => ({ payload: n, channel: 'filled', delaySecs: 3_600 }));
    await queue.define('FILLED').enqueueMany(later);
    const done = await run('job.run-now', { channel: 'filled' });
    expect(done.preview.matched.value).toBe(2);
    expect(done.pages).toMatchObject([{ done: 2, skipped: { refused: 0 } }]);
    const { jobs } = await queue.context.jobs.find({ channel: 'filled' });
    expect(jobs.map(({ state }) => state)).toEqual(Array.from({ length: 5 }, () => 'ready'));
  });

  it('is of the failures of one kind, as they are listed', async () => {
    const breaks = queue.define('FILLED', ({ why }: { why: string } = {} as never) => {
      throw new Error(why);
    });
    await breaks.register();
    const ids = await breaks.enqueueMany(
      ['tray 1', 'tray 22', 'no ink'].map((why) => ({ payload: { why }, channel: 'filled' })),
    );
    const worker = queue.work({ channels: ['filled'] });
    for (const id of ids) await queue.reaches(id, 'over');
    await worker.stop();
    const { json } = await api.get('failures?jobName=FILLED');
    const { groups } = json as { groups: { fingerprint: string; count: number }[] };
    const kind = groups.find(({ count }) => count === 2)?.fingerprint;
    const { jobs } = (await api.get(`jobs?fingerprint=${kind}&order=oldest`)).json as { jobs: { id: string }[] };
    expect(jobs.map(({ id }) => id).toSorted()).toEqual(ids.slice(0, 2).toSorted());
    const done = await run('job.delete', { fingerprint: kind });
    expect([done.preview.matched.value, done.pages[0]?.done]).toEqual([2, 2]);
  });

  it('leaves out jobs that came after its preview', async () => {
    await fill(3);
    const { before, filterHash } = (
      await api.post('bulk/preview', { action: 'job.cancel', filter: { channel: 'filled' } })
    ).json as Preview;
    await fill(2);
    const body = { action: 'job.cancel', filter: { channel: 'filled' }, before, filterHash };
    expect((await api.post('bulk', body)).json).toMatchObject({ done: 3, next: null });
  });

  it('is refused for another filter than was previewed, for another action, and for another moment', async () => {
    await fill(1);
    const filter = { channel: 'filled' };
    const { before, filterHash } = (await api.post('bulk/preview', { action: 'job.cancel', filter })).json as Preview;
    const right = { action: 'job.cancel', filter, before, filterHash };
    const wrong = [
      { ...right, filter: { channel: 'filled2' } },
      { ...right, filter: { ...filter, jobName: 'FILLED' } },
      { ...right, action: 'job.delete' },
      { ...right, before: new Date(Date.parse(before) + 1).toISOString() },
      { ...right, filterHash: '' },
    ];
    for (const body of wrong) {
      expect((await api.post('bulk', body)).json).toMatchObject({ error: { code: 'FILTER_CHANGED' } });
    }
    expect((await api.post('bulk', right)).json).toMatchObject({ done: 1 });
  });

  it('ends at its limit', async () => {
    await fill(30);
    const few = apiOn(queue, { bulkLimit: 20 });
    const filter = { channel: 'filled' };
    const { before, filterHash } = (await few.post('bulk/preview', { action: 'job.cancel', filter })).json as Preview;
    const body = { action: 'job.cancel', filter, before, filterHash };
    const first = (await few.post('bulk', body)).json as Done;
    expect(first.done).toBe(20);
    expect((await few.post('bulk', { ...body, after: first.next })).json).toMatchObject({
      error: { code: 'BULK_LIMIT' },
    });
  });

  it.each([
    [{ action: 'job.cancel', filter: {} }, 'must say which jobs'],
    [{ action: 'job.cancel', filter: { nmae: 'X' } }, 'nmae'],
    [{ action: 'job.cancel', filter: 'all' }, 'must be an object'],
    [{ action: 'job.cancel', filter: { states: ['asleep'] } }, 'must be one of'],
    [{ action: 'job.cancel', filter: { jobName: 'X', enqueuedTo: 'now' } }, 'must be a time'],
    [{ action: 'job.cancel' }, 'filter: is missing'],
    [{ action: 'job.enqueue', filter: { jobName: 'X' } }, 'action: must be one of'],
  ])('is refused for %j', async (body, message) => {
    const { status, json } = await api.post('bulk/preview', body);
    expect({ status, said: (json as { error: { message: string } }).error.message }).toEqual({
      status: 400,
      said: expect.stringContaining(message) as unknown,
    });
  });

  it.each([
    ['job.cancel', { delaySecs: 1 }],
    ['job.retry', { reason: 'x' }],
    ['job.priority', {}],
  ])('of %s is refused with the options %j', async (action, options) => {
    const filter = { channel: 'filled' };
    const { before, filterHash } = (await api.post('bulk/preview', { action, filter })).json as Preview;
    expect((await api.post('bulk', { action, filter, before, filterHash, options })).status).toBe(400);
  });
});
