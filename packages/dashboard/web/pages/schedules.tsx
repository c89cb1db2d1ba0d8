import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { ScheduleAnswer, ScheduleRow, SchedulesAnswer } from '../../src/api-types.ts';
import { Badge } from '../parts/badge.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Ago, Moment } from '../parts/time.tsx';
import { ApiError, query } from '../state/api.ts';
import { ruleInWords } from '../state/cron.ts';
import { duration } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { part, useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';
import { ScheduleActions } from './schedule-actions.tsx';

const words = texts.schedules;
/** A tick is dealt with within a moment; earlier it is nothing to look at. */
const LATE_SECS = 30;

const columns: readonly Column<ScheduleRow>[] = [
  {
    key: 'schedule',
    label: words.schedule,
    isLead: true,
    cell: ({ jobName, key }) => (
      <div>
        <Link href={`/schedules/${part(jobName)}/${part(key)}`} class="main" data-row="">
          {jobName}
        </Link>
        <span class="sub">{key}</span>
      </div>
    ),
  },
  {
    key: 'state',
    label: words.state,
    kind: 'fit',
    isLead: true,
    cell: (schedule) => <ScheduleState schedule={schedule} />,
  },
  { key: 'rule', label: words.rule, cell: (schedule) => <Rule schedule={schedule} /> },
  {
    key: 'next',
    label: words.next,
    kind: 'fit',
    cell: ({ nextAt, pausedAt }) => (pausedAt === null ? <Ago at={nextAt} /> : <span class="muted">–</span>),
  },
  {
    key: 'last',
    label: words.last,
    kind: 'fit',
    cell: ({ lastAt }) => (lastAt === null ? <span class="muted">{words.never}</span> : <Ago at={lastAt} />),
  },
  {
    key: 'job',
    label: words.lastJob,
    kind: 'fit',
    cell: ({ lastJobId }) => (lastJobId === null ? null : <Link href={`/jobs/${lastJobId}`}>{words.open}</Link>),
  },
];

export function SchedulesPage(): JSX.Element {
  const url = useUrl();
  const after = url.one('after');
  const answer = useApi<SchedulesAnswer>(`schedules${query({ after })}`, { every: 2, keep: true });
  return (
    <Page title={texts.nav.schedules}>
      <Card label={texts.nav.schedules}>
        <Loaded answer={answer} lines={6}>
          {({ schedules, next }) =>
            schedules.length === 0 ? (
              <Empty title={words.none} text={words.noneText} icon="schedules" />
            ) : (
              <>
                <Table
                  caption={words.caption}
                  rows={schedules}
                  columns={columns}
                  keyOf={({ jobName, key }) => `${jobName}\n${key}`}
                  hasKeys
                />
                {next === null && after === null ? null : (
                  <div class="table-foot">
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
                )}
              </>
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

export function SchedulePage({ jobName, name }: { readonly jobName: string; readonly name: string }): JSX.Element {
  const answer = useApi<ScheduleAnswer>(`schedules/${part(jobName)}/${part(name)}`);
  const schedule = answer.data;
  const up = { to: '/schedules', label: texts.nav.schedules };
  if (answer.error instanceof ApiError && answer.error.status === 404) {
    return (
      <Page title={words.notThere} up={up}>
        <Card>
          <Empty title={words.notThere} icon="schedules" />
        </Card>
      </Page>
    );
  }
  return (
    <Page
      title={`${jobName} · ${name}`}
      up={up}
      actions={
        schedule === undefined ? null : (
          <>
            <ScheduleState schedule={schedule} />
            <ScheduleActions schedule={schedule} />
          </>
        )
      }
    >
      <Loaded answer={answer}>
        {(one) => (
          <>
            <Card label={words.rule}>
              <div class="body is-first">
                <dl class="facts">
                  <Fact label={words.rule}>
                    <Rule schedule={one} />
                  </Fact>
                  {one.timeZone === null ? null : <Fact label={words.zone}>{one.timeZone}</Fact>}
                  <Fact label={words.last}>{one.lastAt === null ? words.never : <Ago at={one.lastAt} />}</Fact>
                  <Fact label={words.lastJob}>
                    {one.lastJobId === null ? '–' : <Link href={`/jobs/${one.lastJobId}`}>{words.open}</Link>}
                  </Fact>
                  <Fact label={words.missed}>
                    {words.catchUp[one.catchUp]}
                    {one.maxLateSecs === null ? null : ` ${words.upTo(duration(one.maxLateSecs * 1000))}`}
                  </Fact>
                  <Fact label={words.overlap}>{words.overlaps[one.overlap]}</Fact>
                  {one.jitterSecs === 0 ? null : <Fact label={words.jitter}>{duration(one.jitterSecs * 1000)}</Fact>}
                  <Fact label={words.origin}>{words.origins[one.origin]}</Fact>
                  <Fact label={words.servedBy}>{one.servedBy}</Fact>
                </dl>
              </div>
            </Card>
            <div class="columns">
              <Card title={words.nextTicks}>
                <NextTicks schedule={one} />
              </Card>
              <Card title={texts.job.payload}>
                <div class="body">
                  {one.payloadText === null ? (
                    <p class="muted">{texts.job.payloadNever}</p>
                  ) : (
                    <JsonView text={one.payloadText} />
                  )}
                </div>
              </Card>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  );
}

/** In the zone of who looks, and in that of the schedule where it is another. */
function NextTicks({
  schedule: { nextTicks, timeZone, pausedAt },
}: {
  readonly schedule: ScheduleAnswer;
}): JSX.Element {
  if (pausedAt !== null) return <Empty title={words.isPaused} slim />;
  const there =
    timeZone === null ? null : new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'medium' });
  const columns: readonly Column<string>[] = [
    { key: 'yours', label: words.yours, isLead: true, cell: (at) => <Moment at={at} full /> },
    ...(there === null
      ? []
      : [
          {
            key: 'there',
            label: timeZone ?? '',
            cell: (at: string) => <span class="nowrap">{there.format(new Date(at))}</span>,
          },
        ]),
    { key: 'in', label: words.in, cell: (at) => <Ago at={at} /> },
  ];
  return <Table caption={words.nextTicks} rows={nextTicks} columns={columns} keyOf={(at) => at} />;
}

function Rule({ schedule }: { readonly schedule: ScheduleRow }): JSX.Element {
  const said = ruleInWords(schedule);
  const { cron, timeZone } = schedule;
  return (
    <div>
      {said ?? <code class="nowrap">{cron}</code>}
      {cron === null ? null : (
        <span class="sub">
          {said === null ? null : <code class="nowrap">{cron}</code>} {timeZone}
        </span>
      )}
    </div>
  );
}

function ScheduleState({ schedule: { pausedAt, lateSecs } }: { readonly schedule: ScheduleRow }): JSX.Element {
  if (pausedAt !== null)
    return (
      <Badge tone="amber" icon="pause">
        {words.paused}
      </Badge>
    );
  if (lateSecs > LATE_SECS)
    return (
      <Badge tone="red" icon="clock">
        {words.late(duration(lateSecs * 1000))}
      </Badge>
    );
  return (
    <Badge tone="green" icon="check">
      {words.onTime}
    </Badge>
  );
}
