import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { GroupOrder, GroupsAnswer } from '../../src/api-types.ts';
import { Card, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { countText } from '../parts/tile.tsx';
import { Ago, Since } from '../parts/time.tsx';
import { query } from '../state/api.ts';
import { number } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { part, useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';
import { Busy } from './group.tsx';

type Group = GroupsAnswer['groups'][number];

const words = texts.groups;
const PAGE = 100;

const ORDERS: readonly GroupOrder[] = ['waiting', 'oldest', 'held', 'name'];

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
  {
    key: 'next',
    label: words.nextEnqueued,
    kind: 'fit',
    cell: ({ nextEnqueuedAt }) =>
      nextEnqueuedAt === null ? <span class="muted">–</span> : <Ago at={nextEnqueuedAt} />,
  },
  { key: 'scheduled', label: words.scheduled, kind: 'end fit', cell: ({ scheduled }) => countText(scheduled) },
];

export function GroupsPage(): JSX.Element {
  const url = useUrl();
  const order = ORDERS.find((one) => one === url.one('order')) ?? 'waiting';
  const [search, after] = [url.one('search'), url.one('after')];
  const answer = useApi<GroupsAnswer>(`groups${query({ order, search, after, limit: PAGE })}`, {
    every: 2,
    keep: true,
  });
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => input.current?.focus() });
  return (
    <Page
      title={texts.nav.groups}
      actions={
        <div class="row push">
          <input
            ref={input}
            type="search"
            aria-label={words.search}
            placeholder={words.search}
            value={search ?? ''}
            onInput={(event) => url.change({ search: event.currentTarget.value || null, after: null }, 'replace')}
          />
          <nav class="segments" aria-label={words.order}>
            {ORDERS.map((one) => (
              <Link
                key={one}
                href={url.with({ order: one, after: null })}
                aria-current={one === order ? 'true' : undefined}
              >
                {words.orders[one]}
              </Link>
            ))}
          </nav>
        </div>
      }
    >
      <p class="muted">{words.explained[order]}</p>
      <Card label={texts.nav.groups}>
        <Loaded answer={answer} lines={8}>
          {({ groups, next, isPartial }) => (
            <>
              {groups.length > 0 ? (
                <Table
                  caption={words.caption}
                  rows={groups}
                  columns={columns}
                  keyOf={({ jobGroup }) => jobGroup}
                  hasKeys
                />
              ) : search !== null ? (
                <Empty
                  title={words.noneFound}
                  text={isPartial || order === 'name' ? undefined : words.noneFoundText}
                  icon="search"
                />
              ) : (
                <Empty title={words.none[order]} text={words.noneText} icon="groups" />
              )}
              {groups.length === 0 && next === null && after === null ? null : (
                <div class="table-foot">
                  <span>{words.shown(groups.length, number(groups.length))}</span>
                  {isPartial && next !== null ? <span>{words.lookedUpTo(next)}</span> : null}
                  <span class="row push">
                    {after === null ? null : (
                      <Link class="button is-small" href={url.with({ after: null })}>
                        {texts.jobs.firstPage}
                      </Link>
                    )}
                    {next === null ? null : (
                      <Link class="button is-small" href={url.with({ after: next })}>
                        {isPartial ? texts.jobs.searchFurther : texts.jobs.nextPage}
                      </Link>
                    )}
                  </span>
                </div>
              )}
            </>
          )}
        </Loaded>
      </Card>
    </Page>
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
