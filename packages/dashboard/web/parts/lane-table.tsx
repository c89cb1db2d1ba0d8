import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { LanesAnswer } from '../../src/api-types.ts';
import { duration, percent, rough } from '../state/format.ts';
import { part } from '../state/url.ts';
import { texts } from '../texts.ts';
import { Badge } from './badge.tsx';
import { type Column, Table } from './table.tsx';
import { countText } from './tile.tsx';
import { Since } from './time.tsx';

export type Lane = LanesAnswer['lanes'][number];

const words = texts.lanes.columns;

export const laneKey = ({ channel, jobName }: Lane): string => `${channel}\n${jobName}`;

/** The oldest ready job first, then what has the most jobs: where somebody waits comes before where much is. */
export function byLag(a: Lane, b: Lane): number {
  const at = ({ oldestReadyAt }: Lane) =>
    oldestReadyAt === null ? Number.POSITIVE_INFINITY : Date.parse(oldestReadyAt);
  if (at(a) !== at(b)) return at(a) - at(b);
  return b.ready.value + b.running.value - a.ready.value - a.running.value || laneKey(a).localeCompare(laneKey(b));
}

const columns: readonly Column<Lane>[] = [
  {
    key: 'lane',
    label: words.lane,
    isLead: true,
    cell: ({ channel, jobName }) => (
      <div>
        <Link href={`/lanes/${part(channel)}/${part(jobName)}`} class="main" data-row="">
          {jobName}
        </Link>
        <span class="sub">{channel}</span>
      </div>
    ),
  },
  { key: 'served', label: words.served, kind: 'fit', cell: (lane) => <Served lane={lane} /> },
  {
    key: 'oldest',
    label: words.oldest,
    kind: 'end fit',
    cell: ({ oldestReadyAt }) => (oldestReadyAt === null ? <span class="muted">–</span> : <Since at={oldestReadyAt} />),
  },
  { key: 'ready', label: words.ready, kind: 'end fit', cell: ({ ready }) => countText(ready) },
  {
    key: 'running',
    label: words.running,
    kind: 'end fit',
    cell: ({ running, slots }) => (slots === 0 ? countText(running) : `${countText(running)} / ${slots}`),
  },
  {
    key: 'scheduled',
    label: words.scheduled,
    kind: 'end fit',
    cell: ({ scheduled }) => (scheduled === null ? <span class="muted">–</span> : countText(scheduled)),
  },
  { key: 'rate', label: words.rate, kind: 'end fit', cell: ({ startedPerMin }) => rough(startedPerMin) },
  {
    key: 'failed',
    label: words.failed,
    kind: 'end fit',
    cell: ({ failedShare }) => (failedShare === null ? <span class="muted">–</span> : percent(failedShare)),
  },
  { key: 'wait', label: words.wait, kind: 'end fit', cell: ({ waitMs: { p50, p99 } }) => <Pair p50={p50} p99={p99} /> },
  { key: 'run', label: words.run, kind: 'end fit', cell: ({ runMs: { p50, p99 } }) => <Pair p50={p50} p99={p99} /> },
];

export function LaneTable({
  lanes,
  hasKeys = false,
}: {
  readonly lanes: readonly Lane[];
  readonly hasKeys?: boolean;
}): JSX.Element {
  return <Table caption={texts.lanes.caption} rows={lanes} columns={columns} keyOf={laneKey} hasKeys={hasKeys} />;
}

export function Served({ lane }: { readonly lane: Lane }): JSX.Element {
  const { served, processes } = lane;
  if (served === 'paused')
    return (
      <Badge tone="amber" icon="pause">
        {texts.lanes.paused}
      </Badge>
    );
  if (served === 'no-process')
    return (
      <Badge tone="red" icon="plug">
        {texts.lanes.unserved}
      </Badge>
    );
  return (
    <Badge tone="green" icon="check">
      {texts.lanes.served(processes)}
    </Badge>
  );
}

function Pair({ p50, p99 }: { readonly p50: number | null; readonly p99: number | null }): JSX.Element {
  if (p50 === null || p99 === null) return <span class="muted">–</span>;
  return (
    <div>
      {duration(p50)}
      <span class="sub">
        {texts.lanes.p99} {duration(p99)}
      </span>
    </div>
  );
}
