import type { LanesAnswer } from '../../api-types.ts';
import { mayShow } from '../narrowed.ts';
import { textIn } from '../query.ts';
import type { Call, Route } from '../route.ts';
import { wireOf } from '../wire-of.ts';

export const laneRoutes: readonly Route[] = [
  { method: 'GET', path: 'lanes', channels: 'narrowed', takes: ['search', 'channel'], handle: lanes },
];

async function lanes({ source, granted, query }: Call): Promise<LanesAnswer> {
  const wanted = textIn(query, 'search')?.toLowerCase();
  const only = textIn(query, 'channel');
  const all = await source.context.lanes();
  const found = all.filter(({ channel, jobName }) => {
    const isWanted = wanted === undefined || `${jobName}\n${channel}`.toLowerCase().includes(wanted);
    return isWanted && mayShow(granted, channel) && (only === undefined || only === channel);
  });
  return { lanes: wireOf(found) };
}
