import { percentile } from '@bearmq/test-support';
import type { Sent } from './contestant.ts';
import type { Figure } from './figure.ts';

/** A job that was enqueued alone: when, and when it started, in milliseconds by the machine's monotonic clock. */
export interface Ran {
  readonly at: number;
  readonly startedAt: number;
}

/**
 * How far jobs had come after how long, for queues that can tell what they sent: the insert's answer, the claim's way
 * out, and its answer; medians of the time since the call that enqueued.
 */
export function wayThere(
  runs: readonly Ran[],
  enqueuer: readonly Sent[] | undefined,
  worker: readonly Sent[] | undefined,
): readonly Figure[] {
  if (enqueuer === undefined || worker === undefined) return [];
  const inserts = enqueuer.filter(({ what }) => what === 'enqueue');
  const claims = worker.filter(({ what, jobs }) => what === 'claim' && jobs > 0);
  const ways = runs.flatMap(({ at, startedAt }) => {
    const insert = inserts.find((one) => one.at >= at);
    const claim = claims.findLast((one) => one.answeredAt <= startedAt);
    return insert === undefined || claim === undefined ? [] : [{ at, insert, claim }];
  });
  const median = (what: string, point: (way: (typeof ways)[number]) => number): Figure => ({
    what,
    value: percentile(
      ways.map((way) => point(way) - way.at),
      0.5,
    ),
    unit: 'ms',
  });
  return [
    median('insert answered after', ({ insert }) => insert.answeredAt),
    median('claim sent after', ({ claim }) => claim.at),
    median('claim answered after', ({ claim }) => claim.answeredAt),
  ];
}
