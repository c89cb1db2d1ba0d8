import type { Series } from '@bearmq/core';
import type { SeriesAnswer } from '../../api-types.ts';
import { oneChannel } from '../narrowed.ts';
import { momentIn, textIn, wholeIn, withoutEmpty } from '../query.ts';
import { badRequest } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

export const seriesRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'series',
    channels: 'narrowed',
    takes: ['from', 'to', 'stepSecs', 'channel', 'jobName'],
    handle: series,
  },
];

async function series({ source, granted, query }: Call): Promise<SeriesAnswer> {
  const from = momentIn(query, 'from');
  if (from === undefined) throw badRequest('from: is missing: since when, as 2026-11-29T06:00:00Z');
  const options = withoutEmpty({
    to: momentIn(query, 'to'),
    stepSecs: wholeIn(query, 'stepSecs', 60, 86_400),
    channel: oneChannel(granted, textIn(query, 'channel')),
    jobName: textIn(query, 'jobName'),
  });
  return columnsOf(await source.context.stats.series({ from, ...options }));
}

function columnsOf({ stepSecs, startsAt, started, outcomes, wait, run, depth }: Series): SeriesAnswer {
  const starts = startsAt.map((date) => date.getTime() / 1000);
  const now = Date.now() / 1000;
  const { oldestReadyAt, ...depths } = depth;
  return {
    stepSecs,
    startsAt: starts,
    started,
    outcomes,
    wait,
    run,
    depth: {
      ...depths,
      // A depth is that of the end of its step.
      oldestSecs: oldestReadyAt.map((since, i) =>
        since === null ? null : Math.max(0, Math.min(now, (starts[i] ?? 0) + stepSecs) - since.getTime() / 1000),
      ),
    },
    partialFrom: starts.find((start) => start + stepSecs > now) ?? null,
  };
}
