import { findFinalized, findUnfinished } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JobFilter, JobRecord } from 'bearmq';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { jobsThatAreOver } from './support/over.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const context = schema.context();

beforeEach(() => empty(schema));

const idsOf = ({ jobs }: { readonly jobs: readonly JobRecord[] }) => jobs.map(({ id }) => id);

/** All pages of a filter, each of `limit` jobs. */
async function pages(filter: JobFilter, limit: number, order: 'newest' | 'oldest' = 'newest'): Promise<string[][]> {
  const all: string[][] = [];
  let after: string | null = '';
  while (after !== null) {
    const page = await context.jobs.find(filter, { limit, order, ...(after === '' ? {} : { after }) });
    all.push([...idsOf(page)]);
    after = page.next;
  }
  return all;
}

describe('context.jobs.find', () => {
  it('has every job once, whatever the size of a page, unfinished ones first, and backwards', async () => {
    const ended = await jobsThatAreOver(schema);
    const waiting = await statements.insert({}, {}, { delaySecs: 60 });
    const [oldest, newest] = [
      [...ended, ...waiting],
      [...waiting.toReversed(), ...ended.toReversed()],
    ];
    for (const limit of [1, 2, 3, 4, 6, 7]) {
      expect((await pages({}, limit)).flat()).toEqual(newest);
      expect((await pages({}, limit, 'oldest')).flat()).toEqual(oldest);
    }
  });

  it('tells jobs apart that ended in one moment', async () => {
    const ids = await statements.insert(...Array.from({ length: 7 }, () => ({})));
    await context.jobs.cancel({ ids });
    expect((await pages({ outcomes: ['cancelled'] }, 2)).flat().toSorted()).toEqual(ids);
  });

  it('finds by each thing that a filter says, and by all together', async () => {
    const [good = '', bad = '', gone = ''] = await jobsThatAreOver(schema);
    const [a = '', b = '', later = ''] = await statements.insert(
      { name: 'A', channel: 'C' },
      { name: 'B', jobGroup: 'g' },
      { name: 'A', delaySecs: 60 },
    );
    const found = async (filter: JobFilter) => [...idsOf(await context.jobs.find(filter, { order: 'oldest' }))];
    expect(await found({ outcomes: ['failed'] })).toEqual([bad]);
    expect(await found({ outcomes: ['failed', 'cancelled'] })).toEqual([bad, gone]);
    expect(await found({ outcomes: ['succeeded'] })).toEqual([good]);
    expect(await found({ states: ['over'] })).toEqual([good, bad, gone]);
    expect(await found({ states: ['scheduled'] })).toEqual([later]);
    expect(await found({ states: ['running'] })).toEqual([]);
    expect(await found({ states: ['ready', 'over'] })).toEqual([good, bad, gone, a]);
    expect(await found({ states: ['blocked'] })).toEqual([b]);
    expect(await found({ jobName: 'A' })).toEqual([a, later]);
    expect(await found({ jobName: 'A', states: ['ready'] })).toEqual([a]);
    expect(await found({ channel: 'C' })).toEqual([a]);
    expect(await found({ jobGroup: 'g' })).toEqual([b]);
    expect(await found({ ids: [b.toUpperCase(), good, uuidv7()] })).toEqual([good, b]);
    expect(await found({ errorIncludes: '100% of_' })).toEqual([bad]);
    expect(await found({ errorIncludes: '100%_of' })).toEqual([]);
    expect(await found({ errorIncludes: "it's" })).toEqual([]);
    const [hour, now] = [new Date(Date.now() - 3_600_000), new Date(Date.now() + 60_000)];
    expect(await found({ finalized: { from: hour, to: now } })).toEqual([good, bad, gone]);
    expect(await found({ finalized: { to: hour } })).toEqual([]);
    expect(await found({ enqueued: { from: hour }, states: ['scheduled'] })).toEqual([later]);
    expect(await found({ enqueued: { from: now } })).toEqual([]);
  });

  it('finds what runs, and since when it is to be cancelled', async () => {
    await statements.insert({}, {});
    const processId = await statements.worker();
    const [job] = await statements.claimed(processId, { slots: 1 });
    await context.jobs.cancel(job?.id ?? '');
    const { jobs } = await context.jobs.find({ states: ['running'] });
    expect(jobs).toMatchObject([{ id: job?.id, state: 'running', processId, cancelRequestedAt: expect.any(Date) }]);
  });

  it('leaves large payloads out of a page', async () => {
    await statements.insert({ payloadText: JSON.stringify('x'.repeat(70_000)) }, { payloadText: '[1]' });
    const { jobs } = await context.jobs.find();
    expect(jobs.map(({ payload }) => payload)).toEqual([[1], undefined]);
  });

  it('looks at so many rows and no more, says so, and goes on from there', async () => {
    await jobsThatAreOver(schema);
    const [first = '', ...others] = await statements.insert(...Array.from({ length: 9 }, () => ({})), { name: 'LAST' });
    const { session, tables } = statements;
    const input = { sought: { jobName: 'LAST' }, after: null, limit: 3, window: 4, payloadBytes: 0 };
    const { found, edge } = await findUnfinished.oldest(session, tables, input);
    expect({ found, at: edge?.place.id }).toEqual({ found: [], at: others[2] });
    const next = await findUnfinished.oldest(session, tables, { ...input, after: edge?.place ?? null });
    expect(next.edge?.place.id).toBe(others[6]);
    const last = await findUnfinished.oldest(session, tables, { ...input, after: next.edge?.place ?? null });
    expect(last).toMatchObject({ found: [{ job: { jobName: 'LAST' } }], edge: null });
    const all = await findUnfinished.newest(session, tables, { ...input, sought: {} });
    expect(all).toMatchObject({ found: [{}, {}, {}], edge: null });
    expect(first).not.toBe('');
    const ended = { ...input, sought: { jobName: 'NONE' }, window: 2 };
    const half = await findFinalized.newest(session, tables, ended);
    expect(half).toMatchObject({ found: [], edge: { at: expect.any(Date) } });
    const rest = await findFinalized.newest(session, tables, { ...ended, after: half.edge?.place ?? null });
    expect(rest).toEqual({ found: [], edge: null });
  });

  it('finds failures of one kind, of one name, numbers aside, and acts on them', async () => {
    const fail = async (errorText: string, row: { readonly name?: string; readonly channel?: string } = {}) => {
      const [id = ''] = await statements.insert(row);
      const [job] = await statements.claimed(await statements.worker(), { names: [row.name ?? 'JOB'] });
      if (job === undefined) throw new Error('one was enqueued');
      await statements.settle({ kind: 'failed', job, errorText, failure: { workerId: 'w', durationMs: 5 } });
      return id;
    };
    const tray = [
      await fail('no paper in tray 3\nat print (1)'),
      await fail('no paper in tray 71\nat page 4'),
      await fail('no paper in tray 0190a6f4-7c1e-7d0e-9c43-0b8f5a6d7e21', { channel: 'C' }),
    ];
    await fail('no paper');
    await fail('no paper in tray 3', { name: 'OTHER' });
    const [cancelled = ''] = await statements.insert({}, {});
    await context.jobs.cancel(cancelled, { reason: 'no paper in tray 3' });
    const { groups } = await context.failures({ jobName: 'JOB' });
    const kind = groups.find(({ count }) => count === 3)?.fingerprint ?? '';
    expect(idsOf(await context.jobs.find({ fingerprint: kind }, { order: 'oldest' }))).toEqual(tray);
    expect(idsOf(await context.jobs.find({ fingerprint: kind, channel: 'C' }))).toEqual([tray[2]]);
    expect(idsOf(await context.jobs.find({ fingerprint: kind, outcomes: ['cancelled'] }))).toEqual([]);
    expect(await context.jobs.retry({ fingerprint: kind }, { delaySecs: 60 })).toMatchObject({ retried: 3 });
    expect(idsOf(await context.jobs.find({ fingerprint: kind }))).toEqual([]);
  });

  it.each([
    [{ states: [] }, 'jobs.find.states must not be empty'],
    [{ states: ['done'] }, 'must be one of scheduled, ready'],
    [{ state: ['ready'] }, 'did you mean "states"?'],
    [{ states: ['ready'], outcomes: ['failed'] }, "must have 'over' in it"],
    [{ ids: ['x'] }, 'must be the id of a job'],
    [{ fingerprint: 'no paper' }, 'must be 12 hexadecimal digits, as context.failures tells them, got "no paper"'],
    [{ states: ['ready'], fingerprint: '01705d3a0d8d' }, "must have 'over' in it beside"],
    [{ jobName: '' }, 'jobs.find.jobName must not be empty'],
    [{ enqueued: { from: 'yesterday' } }, 'jobs.find.enqueued.from must be a Date, got "yesterday"'],
    [{ enqueued: { since: new Date() } }, 'takes from and to, got "since"'],
  ])('refuses %j', async (filter, message) => {
    await expect(context.jobs.find(filter as never)).rejects.toThrow(message);
  });

  it('takes no page of another filter, and moments before all time', async () => {
    await statements.insert({}, {});
    const { next } = await context.jobs.find({}, { limit: 1 });
    const other = context.jobs.find({ states: ['over'] }, { after: next ?? '' });
    await expect(other).rejects.toThrow('jobs.find.after is of a page of another filter');
    const [first, last] = [new Date(-8.64e15), new Date(8.64e15)];
    expect(idsOf(await context.jobs.find({ enqueued: { from: first, to: last } }))).toHaveLength(2);
    expect(idsOf(await context.jobs.find({ enqueued: { to: first } }))).toEqual([]);
  });

  it.each([
    [{ limit: 0 }, 'from 1 to 1000'],
    [{ limit: 1001 }, 'from 1 to 1000'],
    [{ order: 'random' }, 'must be one of newest, oldest'],
    [{ after: 'here' }, 'jobs.find.after must be the next of a page before, got "here"'],
    [{ after: btoa('["o","x","1"]') }, 'must be the next of a page before'],
  ])('refuses a page of %j', async (page, message) => {
    await expect(context.jobs.find({}, page as never)).rejects.toThrow(message);
  });
});
