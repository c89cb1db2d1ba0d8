import type { GroupOrder, GroupPageOptions } from '@bearmq/core';
import type { GroupAnswer, GroupsAnswer } from '../../api-types.ts';
import { isoOf, rowOf } from '../job-rows.ts';
import { textIn, wholeIn, withoutEmpty } from '../query.ts';
import { notFound } from '../refusal.ts';
import type { Call, Route } from '../route.ts';
import { wireOf } from '../wire-of.ts';

/** How many of those that wait the page of a group has. */
const WAITING = 50;

export const groupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'groups',
    channels: 'refused',
    takes: ['order', 'search', 'after', 'limit'],
    handle: listGroups,
  },
  { method: 'GET', path: 'groups/:name', channels: 'refused', handle: showGroup },
];

async function listGroups({ source, query }: Call): Promise<GroupsAnswer> {
  const page: GroupPageOptions = withoutEmpty({
    order: textIn(query, 'order') as GroupOrder | undefined, // checked by whoever looks for them
    search: textIn(query, 'search'),
    after: textIn(query, 'after'),
    limit: wholeIn(query, 'limit', 1, 200),
  });
  return wireOf(await source.context.groups.list(page));
}

async function showGroup({ source, params, shown }: Call): Promise<GroupAnswer> {
  const { context } = source;
  const name = params['name'] ?? '';
  const group = await context.groups.get(name);
  if (group === null) throw notFound(`group ${JSON.stringify(name)} that has jobs, or had some lately`);
  const paused = (await context.pauses()).find(
    ({ what }) => what !== 'everything' && 'jobGroup' in what && what.jobGroup === name,
  );
  const waiting = await context.jobs.find(
    { jobGroup: name, states: ['ready', 'blocked'] },
    { order: 'oldest', limit: WAITING },
  );
  return {
    group: wireOf(group),
    pausedSince: isoOf(paused?.since ?? null),
    waiting: waiting.jobs.map(shown).map(rowOf),
  };
}
