import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { FailuresAnswer } from '../../src/api-types.ts';
import { query } from '../state/api.ts';
import { number } from '../state/format.ts';
import { texts } from '../texts.ts';
import { type Column, Table } from './table.tsx';
import { Ago } from './time.tsx';

export type FailureKind = FailuresAnswer['groups'][number];

const words = texts.failures.columns;

/** What the failures were looked for by: the jobs of one kind are those of that. */
interface Within {
  readonly channel: string | null;
  /** Written as the filter of a list of jobs takes it. */
  readonly endedSince: string | null;
}

const columnsOf = ({ channel, endedSince }: Within): readonly Column<FailureKind>[] => [
  {
    key: 'kind',
    label: words.kind,
    kind: 'wide',
    isLead: true,
    cell: ({ jobName, message, sampleId }) => (
      <div>
        <Link href={`/jobs/${sampleId}`} class="main" data-row="">
          {jobName}
        </Link>
        <div class="cut small muted" title={message ?? undefined}>
          {message ?? texts.failures.redacted}
        </div>
      </div>
    ),
  },
  { key: 'count', label: words.count, kind: 'end fit', cell: ({ count }) => <strong>{number(count)}</strong> },
  { key: 'first', label: words.first, kind: 'fit', cell: ({ firstAt }) => <Ago at={firstAt} /> },
  { key: 'last', label: words.last, kind: 'fit', cell: ({ lastAt }) => <Ago at={lastAt} /> },
  {
    key: 'jobs',
    label: words.jobs,
    kind: 'fit',
    cell: ({ jobName, fingerprint }) => (
      <Link
        href={`/jobs${query({ outcome: 'failed', name: jobName, channel, fingerprint, 'ended-since': endedSince })}`}
      >
        {words.look}
      </Link>
    ),
  },
];

interface FailureTableProps {
  readonly groups: readonly FailureKind[];
  readonly within: Within;
  readonly actions?: (kind: FailureKind) => JSX.Element | null;
}

export function FailureTable({ groups, within, actions }: FailureTableProps): JSX.Element {
  const columns = columnsOf(within);
  const all =
    actions === undefined
      ? columns
      : [...columns, { key: 'actions', label: words.actions, kind: 'fit', cell: actions } as const];
  return (
    <Table
      caption={texts.failures.caption}
      rows={groups}
      columns={all}
      keyOf={({ fingerprint }) => fingerprint}
      hasKeys
    />
  );
}
