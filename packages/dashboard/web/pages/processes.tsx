import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { ProcessAnswer, ProcessesAnswer } from '../../src/api-types.ts';
import { Badge } from '../parts/badge.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Bar } from '../parts/tile.tsx';
import { Ago, Since } from '../parts/time.tsx';
import { ApiError } from '../state/api.ts';
import { useServerNow } from '../state/clock.ts';
import { age, number } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { part } from '../state/url.ts';
import { texts } from '../texts.ts';

type Process = ProcessesAnswer['processes'][number];

const words = texts.processes;

const slotsOf = ({ takes }: Process): number => takes.reduce((sum, { slots }) => sum + slots, 0);

const columns: readonly Column<Process>[] = [
  {
    key: 'process',
    label: words.process,
    isLead: true,
    cell: ({ host, pid, processId }) => (
      <div>
        <Link href={`/processes/${processId}`} class="main" data-row="">
          {words.place(host, pid, processId)}
        </Link>
        <span class="sub mono">{processId}</span>
      </div>
    ),
  },
  {
    key: 'state',
    label: words.state,
    kind: 'fit',
    isLead: true,
    cell: (process) => <ProcessState process={process} />,
  },
  { key: 'slots', label: words.slots, cell: (process) => <Slots process={process} /> },
  {
    key: 'longest',
    label: words.longest,
    kind: 'end fit',
    cell: ({ longestRunSince }) =>
      longestRunSince === null ? <span class="muted">–</span> : <Since at={longestRunSince} exact />,
  },
  {
    key: 'lease',
    label: words.lease,
    kind: 'end fit',
    cell: ({ leaseExpiresAt }) => (leaseExpiresAt === null ? '–' : <Lease at={leaseExpiresAt} />),
  },
  { key: 'release', label: words.release, kind: 'fit', cell: ({ release }) => release ?? <span class="muted">–</span> },
  {
    key: 'started',
    label: words.started,
    kind: 'fit',
    cell: ({ startedAt }) => (startedAt === null ? '–' : <Ago at={startedAt} />),
  },
];

export function ProcessesPage(): JSX.Element {
  const answer = useApi<ProcessesAnswer>('processes');
  return (
    <Page title={texts.nav.processes}>
      <Card label={texts.nav.processes}>
        <Loaded answer={answer} lines={6}>
          {({ processes }) =>
            processes.length === 0 ? (
              <Empty title={words.none} text={words.noneText} icon="processes" />
            ) : (
              <Table
                caption={words.caption}
                rows={processes}
                columns={columns}
                keyOf={({ processId }) => processId}
                hasKeys
              />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

export function ProcessPage({ id }: { readonly id: string }): JSX.Element {
  const answer = useApi<ProcessAnswer>(`processes/${part(id)}`);
  const up = { to: '/processes', label: texts.nav.processes };
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <Page title={words.gone} up={up}>
        <Card>
          <Empty title={words.gone} text={words.goneText(id)} icon="processes" />
        </Card>
      </Page>
    );
  }
  const process = answer.data?.process;
  const title = process === undefined ? words.process : words.place(process.host, process.pid, process.processId);
  return (
    <Page
      title={title}
      up={up}
      sub={<span class="mono">{id}</span>}
      actions={process === undefined ? null : <ProcessState process={process} />}
    >
      <Loaded answer={answer}>
        {({ process: one, jobs, isPartial }) => (
          <>
            <Card label={words.process}>
              <div class="body is-first">
                <dl class="facts">
                  <Fact label={words.slots}>
                    <Slots process={one} />
                  </Fact>
                  <Fact label={words.lease}>
                    {one.leaseExpiresAt === null ? '–' : <Lease at={one.leaseExpiresAt} />}
                  </Fact>
                  <Fact label={words.renewed}>{one.renewedAt === null ? '–' : <Ago at={one.renewedAt} />}</Fact>
                  <Fact label={words.longest}>
                    {one.longestRunSince === null ? '–' : <Since at={one.longestRunSince} exact />}
                  </Fact>
                  <Fact label={words.release}>{one.release ?? '–'}</Fact>
                  <Fact label={words.started}>{one.startedAt === null ? '–' : <Ago at={one.startedAt} />}</Fact>
                  <Fact label={words.lock}>{one.hasSessionLock ? words.hasLock : words.hasNoLock}</Fact>
                </dl>
              </div>
            </Card>
            <Card title={words.takes}>
              {one.takes.length === 0 ? (
                <Empty title={words.takesNothing} slim />
              ) : (
                <ul class="attention">
                  {one.takes.map(({ channels, slots, names }) => (
                    <li key={`${channels?.join() ?? '*'} ${names.join()}`}>
                      <Badge tone="blue" icon="lanes">
                        {words.slotCount(slots)}
                      </Badge>
                      <div class="break">
                        {words.channels(channels)}
                        <div class="remedy">{names.length === 0 ? words.noNames : names.join(', ')}</div>
                      </div>
                      <span />
                    </li>
                  ))}
                </ul>
              )}
            </Card>
            <Card
              title={words.jobs}
              extra={<span class="muted small">{isPartial ? words.partial : number(jobs.length)}</span>}
            >
              {jobs.length === 0 ? <Empty title={words.idle} slim /> : <JobTable caption={words.jobs} jobs={jobs} />}
            </Card>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function ProcessState({ process: { state } }: { readonly process: Process }): JSX.Element {
  if (state === 'alive')
    return (
      <Badge tone="green" icon="check">
        {words.alive}
      </Badge>
    );
  if (state === 'silent')
    return (
      <Badge tone="amber" icon="hourglass" title={words.silentText}>
        {words.silent}
      </Badge>
    );
  return (
    <Badge tone="red" icon="cross" title={words.deadText}>
      {words.dead}
    </Badge>
  );
}

function Slots({ process }: { readonly process: Process }): JSX.Element {
  const slots = slotsOf(process);
  const share = slots === 0 ? 0 : process.running / slots;
  return (
    <div>
      <span class="num">
        {number(process.running)} / {number(slots)}
      </span>
      <Bar share={share} tone={share >= 1 ? 'amber' : undefined} />
    </div>
  );
}

function Lease({ at }: { readonly at: string }): JSX.Element {
  const left = Date.parse(at) - useServerNow();
  return <span class="nowrap num">{left > 0 ? words.leaseLeft(age(left + 999)) : words.leaseOver(age(-left))}</span>;
}
