import { findGroupsByBacklog, findGroupsByName } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { GroupPage, GroupPageOptions } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;
const { groups } = schema.context();

beforeEach(() => empty(schema));

const fill = async (sizes: Readonly<Record<string, number>>) => {
  for (const [jobGroup, size] of Object.entries(sizes)) {
    await statements.insert(...Array.from({ length: size }, () => ({ jobGroup })));
  }
};
const namesOf = ({ groups: found }: GroupPage) => found.map(({ jobGroup }) => jobGroup);
const list = async (options: GroupPageOptions) => [...namesOf(await groups.list(options))];

describe('a page of groups', () => {
  it('has what its order puts first, first', async () => {
    await fill({ c: 2, a: 3, d: 1, b: 2 }); // enqueued in this order
    expect(await list({})).toEqual(['a', 'b', 'c', 'd']);
    expect(await list({ order: 'waiting' })).toEqual(['a', 'c', 'b', 'd']);
    expect(await list({ order: 'oldest' })).toEqual(['c', 'a', 'd', 'b']);
    expect(await list({ order: 'oldest', limit: 2 })).toEqual(['c', 'a']);
    expect(await list({ order: 'held' })).toEqual([]);
    const worker = await statements.worker();
    for (const _ of [1, 2]) await statements.claimed(worker, { slots: 1 });
    const held = await list({ order: 'held' });
    expect(held).toHaveLength(2);
    const [first] = (await groups.list({ order: 'held', limit: 1 })).groups;
    expect(first?.holders[0]?.since).toEqual((await groups.get(held[0] ?? ''))?.holders[0]?.since);
    expect(Number(first?.holders[0]?.since)).toBeLessThanOrEqual(
      Number((await groups.get(held[1] ?? ''))?.holders[0]?.since),
    );
  });

  it('has only groups with what is searched in their name, taken as it stands but for capitals', async () => {
    await fill({ 'Account 1': 1, 'account 20': 2, 'customer 1': 1, '50%_off': 1 });
    expect(await list({ search: 'ACCOUNT' })).toEqual(['Account 1', 'account 20']);
    expect(await list({ search: 'account', order: 'waiting' })).toEqual(['account 20', 'Account 1']);
    expect(await list({ search: ' 1', order: 'oldest' })).toEqual(['Account 1', 'customer 1']);
    expect(await list({ search: '%_' })).toEqual(['50%_off']);
    expect(await list({ search: '_1' })).toEqual([]);
    expect(await groups.list({ search: 'none' })).toEqual({ groups: [], next: null, isPartial: false });
  });

  it('goes on by its next, whatever was searched', async () => {
    await fill(Object.fromEntries(Array.from({ length: 7 }, (_, n) => [`g${n}`, 1])));
    const pages: (readonly string[])[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: GroupPage = await groups.list({ search: 'G', limit: 3, ...(after === '' ? {} : { after }) });
      pages.push(namesOf(page));
      after = page.next;
    }
    expect(pages).toEqual([['g0', 'g1', 'g2'], ['g3', 'g4', 'g5'], ['g6']]);
  });

  it('comes of so many names, or waiting jobs, and says where the look ended', async () => {
    await fill({ a: 1, b: 5, c: 3, d: 9 });
    const page = { after: '', limit: 10, search: null, window: 3 };
    expect(await findGroupsByName(session, tables, { ...page, search: 'd' })).toEqual({ names: [], edge: 'c' });
    expect(await findGroupsByName(session, tables, { ...page, search: 'd', after: 'c' })).toEqual({
      names: ['d'],
      edge: null,
    });
    const { waiting, oldest } = findGroupsByBacklog;
    expect(await waiting(session, tables, { ...page, window: 6 })).toEqual({ names: ['b', 'a'], edge: 'b' });
    expect(await oldest(session, tables, { ...page, window: 6 })).toEqual({ names: ['a', 'b'], edge: 'b' });
    expect(await waiting(session, tables, { ...page, window: 6, after: 'b' })).toEqual({
      names: ['c', 'd'],
      edge: 'd',
    });
    expect(await waiting(session, tables, { ...page, window: 6, after: 'd' })).toEqual({ names: [], edge: null });
    expect(await waiting(session, tables, { ...page, window: 100 })).toMatchObject({ edge: null });
  });

  it.each([
    [{ order: 'size' }, 'groups.list.order must be one of name, waiting, oldest, held'],
    [{ search: '' }, 'groups.list.search must not be empty'],
    [{ find: 'x' }, 'find'],
  ])('is refused for %j', async (options, message) => {
    await expect(groups.list(options as never)).rejects.toThrow(message);
  });
});
