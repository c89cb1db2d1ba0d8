import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import type { GroupAnswer, GroupsAnswer } from '../../src/api-types.ts';
import { Badge } from '../parts/badge.tsx';
import { Bulk } from '../parts/bulk.tsx';
import { Icon } from '../parts/icon.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { PauseButton, PauseNotices } from '../parts/pause-button.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { countText } from '../parts/tile.tsx';
import { Ago, Since } from '../parts/time.tsx';
import { ApiError, query } from '../state/api.ts';
import { number } from '../state/format.ts';
import { useApi, useCan } from '../state/queries.ts';
import { part, useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';

type Group = GroupsAnswer['groups'][number];

const words = texts.groups;
/** The API has no order for groups but that of their names, so a page is as long as it may be, and put in order here. */
const PAGE = 200;

/** Held the longest first, then what has the most behind it. */
function byContention(a: Group, b: Group): number {
  const weight = ({ running, waiting, lockedAt }: Group) =>
    running > 0 && waiting.value > 0 && lockedAt !== null ? Date.parse(lockedAt) : Number.POSITIVE_INFINITY;
  if (weight(a) !== weight(b)) return weight(a) - weight(b);
  return b.waiting.value - a.waiting.value || a.jobGroup.localeCompare(b.jobGroup);
}

const columns: readonly Column<Group>[] = [
  {
    key: 'group',
    label: words.group,
    isLead: true,
    cell: ({ jobGroup }) => (
      <Link href={`/groups/${part(jobGroup)}`} class="main break" data-row="">
        {jobGroup}
      </Link>
    ),
  },
  { key: 'state', label: words.state, kind: 'fit', isLead: true, cell: ({ running }) => <Busy running={running} /> },
  {
    key: 'held',
    label: words.heldFor,
    kind: 'end fit',
    cell: ({ running, lockedAt }) =>
      running > 0 && lockedAt !== null ? <Since at={lockedAt} exact /> : <span class="muted">–</span>,
  },
  { key: 'holder', label: words.holder, cell: ({ holders }) => <Holder holder={holders[0]} /> },
  { key: 'waiting', label: words.waiting, kind: 'end fit', cell: ({ waiting }) => countText(waiting) },
  { key: 'scheduled', label: words.scheduled, kind: 'end fit', cell: ({ scheduled }) => countText(scheduled) },
];

export function GroupsPage(): JSX.Element {
  const url = useUrl();
  const [, navigate] = useLocation();
  const [name, setName] = useState('');
  const after = url.one('after');
  const answer = useApi<GroupsAnswer>(`groups${query({ after, limit: PAGE })}`, { every: 2, keep: true });
  const open = (event: Event) => {
    event.preventDefault();
    if (name !== '') navigate(`/groups/${part(name)}`);
  };
  return (
    <Page
      title={texts.nav.groups}
      actions={
        <form class="row push" onSubmit={open}>
          <input
            type="search"
            aria-label={words.open}
            placeholder={words.open}
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </form>
      }
    >
      <p class="muted">{words.explained}</p>
      <Card label={texts.nav.groups}>
        <Loaded answer={answer} lines={8}>
          {({ groups, next }) =>
            groups.length === 0 ? (
              <Empty title={words.none} text={words.noneText} icon="groups" />
            ) : (
              <>
                <Table
                  caption={words.caption}
                  rows={groups.toSorted(byContention)}
                  columns={columns}
                  keyOf={({ jobGroup }) => jobGroup}
                  hasKeys
                />
                <div class="table-foot">
                  <span>{words.shown(number(groups.length))}</span>
                  <span class="row push">
                    {after === null ? null : (
                      <Link class="button is-small" href={url.with({ after: null })}>
                        {texts.jobs.firstPage}
                      </Link>
                    )}
                    {next === null ? null : (
                      <Link class="button is-small" href={url.with({ after: next })}>
                        {texts.jobs.nextPage}
                      </Link>
                    )}
                  </span>
                </div>
              </>
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

export function GroupPage({ name }: { readonly name: string }): JSX.Element {
  const can = useCan();
  const [isCancelling, setCancelling] = useState(false);
  const answer = useApi<GroupAnswer>(`groups/${part(name)}`);
  const up = { to: '/groups', label: texts.nav.groups };
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <Page title={name} up={up}>
        <Card>
          <Empty title={words.quiet} text={words.quietText} icon="groups" />
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title={name}
      up={up}
      actions={
        <>
          {answer.data === undefined ? null : <Busy running={answer.data.group.running} />}
          <div class="row push">
            {can('job.cancel') && answer.data !== undefined && answer.data.group.waiting.value > 0 ? (
              <button type="button" class="button" onClick={() => setCancelling(true)}>
                <Icon name="ban" />
                {words.cancelWaiting}
              </button>
            ) : null}
            <PauseButton what={{ jobGroup: name }} label={words.pause} />
          </div>
        </>
      }
    >
      <PauseNotices which={({ what }) => 'everything' in what || ('jobGroup' in what && what.jobGroup === name)} />
      <Loaded answer={answer}>
        {({ group, waiting }) => (
          <>
            <Card title={words.heldBy(group.holders.length)}>
              {group.holders.length === 0 ? (
                <Empty title={words.openNow} text={words.openText} slim />
              ) : (
                <ul class="attention">
                  {group.holders.map((holder) => (
                    <li key={holder.jobId}>
                      <Icon name="lock" />
                      <dl class="facts">
                        <Fact label={words.job}>
                          <Link href={`/jobs/${holder.jobId}`}>{holder.jobName}</Link>
                        </Fact>
                        <Fact label={texts.job.attempts}>{holder.attempt}</Fact>
                        <Fact label={words.process}>
                          <Link href={`/processes/${holder.processId}`}>
                            {texts.processes.place(holder.host, holder.pid, holder.processId)}
                          </Link>
                        </Fact>
                        <Fact label={words.heldFor}>
                          {holder.since === null ? '–' : <Since at={holder.since} exact />}
                        </Fact>
                        <Fact label={texts.processes.lease}>
                          {holder.leaseExpiresAt === null ? '–' : <Ago at={holder.leaseExpiresAt} />}
                        </Fact>
                      </dl>
                      <span />
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            <Card
              title={words.inOrder}
              extra={
                <span class="muted small">
                  {words.waitingCount(countText(group.waiting), countText(group.scheduled))}
                </span>
              }
            >
              {waiting.length === 0 ? (
                <Empty title={words.nothingWaits} slim />
              ) : (
                <JobTable caption={words.inOrder} jobs={waiting} />
              )}
            </Card>
          </>
        )}
      </Loaded>
      {isCancelling ? (
        <Bulk
          action="job.cancel"
          filter={{ jobGroup: name, states: ['ready', 'blocked', 'scheduled'] }}
          onClose={() => setCancelling(false)}
        />
      ) : null}
    </Page>
  );
}

function Busy({ running }: { readonly running: number }): JSX.Element {
  if (running === 0)
    return (
      <Badge tone="green" icon="ready">
        {words.isOpen}
      </Badge>
    );
  return (
    <Badge tone="blue" icon="lock">
      {running === 1 ? words.isBusy : words.runs(running)}
    </Badge>
  );
}

function Holder({ holder }: { readonly holder: Group['holders'][number] | undefined }): JSX.Element | null {
  if (holder === undefined) return null;
  return (
    <span>
      <Link href={`/jobs/${holder.jobId}`}>{holder.jobName}</Link>
      <span class="sub">{texts.processes.place(holder.host, holder.pid, holder.processId)}</span>
    </span>
  );
}
