import { POSTGRES_PEERS } from './contestants/index.ts';
import type { Profile } from './profile.ts';
import { Readings } from './readings.ts';
import type { Row } from './results.ts';
import { show } from './table.ts';

/** What BearMQ is to reach. */
export interface Target {
  readonly work: string;
  readonly aim: 'at least' | 'at most';
  readonly limit: number;
  /** What the limit is of: `× graphile-worker`, `ms`. */
  readonly of: string;
  /** NaN where what it takes was not measured. */
  readonly measured: number;
}

/** The size that "100,000" stands for in a run of other sizes. */
const MAIN_BACKLOG = 100_000;

export function targets(rows: readonly Row[], profile: Profile): readonly Target[] {
  const read = new Readings(rows);
  const sizes = [...profile.backlogs].sort((a, b) => a - b);
  const main = `backlog-${sizes.filter((size) => size <= MAIN_BACKLOG).at(-1) ?? sizes[0]}`;
  const smallest = `backlog-${sizes[0]}`;
  const largest = `backlog-${sizes.at(-1)}`;
  const deleting = { of: 'bearmq-deleting' };
  const peers = POSTGRES_PEERS;
  const drain = 'drain, history kept';
  return [
    least(drain, 1.25, '× graphile-worker', read.against(['graphile-worker'], main, 'drained')),
    least(drain, 2, '× pg-boss', read.against(['pg-boss'], main, 'drained')),
    least(drain, 2, '× BullMQ on Redis', read.against(['bullmq-redis'], main, 'drained')),
    least(drain, 15, '× BullMQ on PostgreSQL', read.against(['bullmq-postgres'], main, 'drained')),
    least('drain, no history', 1.4, '× graphile-worker', read.against(['graphile-worker'], main, 'drained', deleting)),
    least(
      'largest backlog',
      0.9,
      '× the smallest',
      sizes.length < 2 ? Number.NaN : read.within([largest, 'drained'], [smallest, 'drained']),
    ),
    least(
      'enqueue, one after the other',
      0.85,
      '× bare inserts of the same row',
      read.against(['bare-row'], 'enqueue-1', 'enqueued'),
    ),
    least(
      'enqueue, one after the other',
      0.85,
      '× bare inserts of three columns',
      read.against(['bare-sql'], 'enqueue-1', 'enqueued'),
    ),
    least('enqueue, 50 in flight', 15, '× the best PostgreSQL peer', read.against(peers, 'enqueue-50', 'enqueued')),
    least('enqueue, 50 in flight', 1, '× BullMQ on Redis', read.against(['bullmq-redis'], 'enqueue-50', 'enqueued')),
    least('enqueue in bulk', 2, '× graphile-worker', read.against(['graphile-worker'], 'enqueue-bulk', 'enqueued')),
    most('idle latency, p50', 1.15, '× BullMQ on Redis', read.against(['bullmq-redis'], 'idle-latency', 'p50')),
    most('idle latency, p50', 1, '× the best PostgreSQL peer', read.above(peers, 'idle-latency', 'p50')),
    most('idle latency, p99', 8, 'ms', read.value('idle-latency', 'p99')),
    most(
      'p50 after drains under a held snapshot',
      1.1,
      '× before',
      read.within(['held-snapshot', 'single jobs after, p50'], ['held-snapshot', 'single jobs before, p50']),
    ),
    least('steady state', 8, '× the best PostgreSQL peer', read.against(peers, 'steady', 'done')),
    least('steady state', 1, '× BullMQ on Redis', read.against(['bullmq-redis'], 'steady', 'done')),
    most('steady state, wait p99', 100, 'ms', read.value('steady', 'wait p99')),
    most('steady state at a pace, wait p99', 100, 'ms', read.value('steady-paced', 'wait p99')),
    least('second pass, held snapshot', 0.95, '× free', read.value('held-snapshot', 'held against free')),
    least('free jobs behind a hot group', 0.5, '× as fast as alone', read.value('hot-group', 'behind against alone')),
    least('a hot group', 5_000, 'jobs/s', read.value('hot-group', 'group, in order')),
    most('small tenants beside a whale, wait p99', 50, 'ms', read.value('whale', 'beside the whale, wait p99')),
    least('groups of 20', 2, '× pg-boss, strict fifo', read.against(['pg-boss'], 'groups', 'drained in order')),
    least('half under another name', 0.9, '× without', read.value('other-name', 'beside against alone')),
    least('half in another channel', 0.9, '× without', read.value('other-channel', 'beside against alone')),
    least('two worker processes', 1, '× one', read.value('processes', '2 against 1')),
    most('claims of two processes that find nothing', 10, '%', read.value('processes', 'empty claims of 2')),
    most('idle process', 1, 'statements/s', read.value('idle-cost', 'asked')),
    most('idle process', 2, 'connections', read.value('idle-cost', 'connections')),
    most('idle process', 0.5, '% CPU', read.value('idle-cost', 'CPU of the process')),
    most('memory while draining 1 kB jobs', 250, 'MB', read.value('memory', 'peak RSS')),
  ];
}

function least(work: string, limit: number, of: string, measured: number): Target {
  return { work, aim: 'at least', limit, of, measured };
}

function most(work: string, limit: number, of: string, measured: number): Target {
  return { work, aim: 'at most', limit, of, measured };
}

export function isReached({ aim, limit, measured }: Target): boolean {
  return aim === 'at least' ? measured >= limit : measured <= limit;
}

/** Markdown: what was aimed at, what came out, and how far that is from the aim. */
export function targetTable(found: readonly Target[]): string {
  const lines = found.map((target) => {
    const { work, aim, limit, of, measured } = target;
    const verdict = Number.isNaN(measured)
      ? '– | not measured'
      : `${show(measured / limit)} | ${isReached(target) ? 'reached' : '**not reached**'}`;
    return `| ${work} | ${aim} ${limit.toLocaleString('en')} ${of} | ${show(measured)} | ${verdict} |`;
  });
  return ['| Work | Target | Measured | Measured / target | |', '|---|---|---:|---:|---|', ...lines].join('\n');
}
