import type { JSX } from 'preact';
import { Link, useLocation, useSearch } from 'wouter-preact';
import type { JobRow } from '../../src/api-types.ts';
import { rememberList } from '../state/job-list.ts';
import { part } from '../state/url.ts';
import { texts } from '../texts.ts';
import { StateBadge } from './badge.tsx';
import { type Column, type Selection, Table } from './table.tsx';
import { Ago, Since } from './time.tsx';

const words = texts.jobs.columns;

/** They are always there, behind the job itself. */
const FIXED_COLUMNS: readonly Column<JobRow>[] = [
  { key: 'state', label: words.state, kind: 'fit', isLead: true, cell: (job) => <StateBadge job={job} /> },
  { key: 'when', label: words.when, kind: 'fit', cell: (job) => <When job={job} /> },
];

/** The columns that a list of jobs may have besides. */
export const FREE_COLUMNS: readonly Column<JobRow>[] = [
  {
    key: 'attempt',
    label: words.attempt,
    kind: 'end fit',
    cell: ({ attempt, numAttempts }) => `${attempt} / ${numAttempts}`,
  },
  { key: 'channel', label: words.channel, kind: 'fit', cell: ({ channel }) => <NameCell name={channel} /> },
  {
    key: 'group',
    label: words.group,
    kind: 'fit',
    cell: ({ jobGroup }) =>
      jobGroup === null ? null : <NameCell name={jobGroup} link={<GroupLink name={jobGroup} />} />,
  },
  { key: 'priority', label: words.priority, kind: 'end fit', cell: ({ priority }) => priority },
  { key: 'enqueued', label: words.enqueued, kind: 'fit', cell: ({ enqueuedAt }) => <Ago at={enqueuedAt} /> },
  {
    key: 'error',
    label: words.error,
    kind: 'wide',
    cell: ({ errorLine }) =>
      errorLine === null ? null : (
        <div class="cut small muted" title={errorLine}>
          {errorLine}
        </div>
      ),
  },
];

export const HIDDEN_AT_FIRST: readonly string[] = ['priority', 'enqueued'];

interface JobTableProps {
  readonly caption: string;
  readonly jobs: readonly JobRow[];
  readonly hidden?: readonly string[];
  readonly selection?: Selection | undefined;
  readonly hasKeys?: boolean;
  /** What the API is asked for the jobs behind the last of these; none where it is left out. */
  readonly morePath?: string | null;
}

export function JobTable({
  caption,
  jobs,
  hidden = HIDDEN_AT_FIRST,
  selection,
  hasKeys = true,
  morePath = null,
}: JobTableProps): JSX.Element {
  const [path] = useLocation();
  const search = useSearch();
  const address = search === '' ? path : `${path}?${search}`;
  const onOpen = () => rememberList({ address, ids: jobs.map(({ id }) => id), morePath });
  const columns: readonly Column<JobRow>[] = [
    { key: 'job', label: words.job, isLead: true, cell: (job) => <JobLink job={job} onOpen={onOpen} /> },
    ...FIXED_COLUMNS,
    ...FREE_COLUMNS.filter(({ key }) => !hidden.includes(key)),
  ];
  const keyOf = ({ id }: JobRow) => id;
  return (
    <Table caption={caption} rows={jobs} columns={columns} keyOf={keyOf} selection={selection} hasKeys={hasKeys} />
  );
}

interface JobLinkProps {
  readonly job: JobRow;
  readonly onOpen: () => void;
}

function JobLink({ job, onOpen }: JobLinkProps): JSX.Element {
  return (
    <div>
      <Link href={`/jobs/${job.id}`} class="main" data-row="" onClick={onOpen}>
        {job.jobName}
      </Link>
      <span class="sub mono">{job.id}</span>
    </div>
  );
}

/** A long one is cut: it may have 255 characters, that of a group a thousand. */
function NameCell({ name, link }: { readonly name: string; readonly link?: JSX.Element }): JSX.Element {
  return (
    <div class="cut name" title={name}>
      {link ?? name}
    </div>
  );
}

export function GroupLink({ name }: { readonly name: string }): JSX.Element {
  return <Link href={`/groups/${part(name)}`}>{name}</Link>;
}

/** The moment that matters in its state. */
function When({ job }: { readonly job: JobRow }): JSX.Element | null {
  const { state, runAt, claimedAt, finalizedAt, enqueuedAt } = job;
  if (state === 'scheduled') return runAt === null ? null : <Ago at={runAt} />;
  if (state === 'running')
    return claimedAt === null ? null : (
      <span>
        {texts.jobs.runningFor} <Since at={claimedAt} exact />
      </span>
    );
  if (state === 'over') return finalizedAt === null ? null : <Ago at={finalizedAt} />;
  return (
    <span>
      {texts.jobs.waitingFor} <Since at={enqueuedAt} />
    </span>
  );
}
