import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { FailuresAnswer, JobsAnswer, LanesAnswer } from '../../src/api-types.ts';
import { rangeOf } from '../parts/chart/range.ts';
import { Charts } from '../parts/charts.tsx';
import { FailureTable } from '../parts/failure-table.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { byLag, LaneTable, Served } from '../parts/lane-table.tsx';
import { Card, Fact, Page } from '../parts/page.tsx';
import { PauseButton, PauseNotices } from '../parts/pause-button.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { countText } from '../parts/tile.tsx';
import { Since } from '../parts/time.tsx';
import { query } from '../state/api.ts';
import { serverNow } from '../state/clock.ts';
import { duration, percent, plural, rough } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { useShortcuts } from '../state/shortcuts.ts';
import { part, useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.lanes;

export function LanesPage(): JSX.Element {
  const url = useUrl();
  const input = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => input.current?.focus() });
  const search = url.one('search') ?? '';
  const answer = useApi<LanesAnswer>('lanes', { every: 2 });
  const isSought = ({ jobName, channel }: LanesAnswer['lanes'][number]) =>
    `${channel} ${jobName}`.toLowerCase().includes(search.toLowerCase());
  return (
    <Page
      title={texts.nav.lanes}
      actions={
        <input
          ref={input}
          class="push"
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={search}
          onInput={(event) => url.change({ search: event.currentTarget.value || null }, 'replace')}
        />
      }
    >
      <p class="muted">{words.explained}</p>
      <Card label={texts.nav.lanes}>
        <Loaded answer={answer} lines={10}>
          {({ lanes }) => {
            const found = lanes.filter(isSought).toSorted(byLag);
            if (lanes.length === 0) return <Empty title={words.none} text={words.noneText} icon="lanes" />;
            if (found.length === 0) return <Empty title={words.noneFound} icon="search" />;
            return <LaneTable lanes={found} hasKeys />;
          }}
        </Loaded>
      </Card>
    </Page>
  );
}

export function LanePage({ channel, jobName }: { readonly channel: string; readonly jobName: string }): JSX.Element {
  const url = useUrl();
  const lanes = useApi<LanesAnswer>(`lanes${query({ channel })}`, { every: 2 });
  const lane = lanes.data?.lanes.find((one) => one.jobName === jobName && one.channel === channel);
  const failures = useApi<FailuresAnswer>(`failures${query({ jobName, channel })}`, { every: 5 });
  const jobs = useApi<JobsAnswer>(`jobs${query({ jobName, channel, limit: 10 })}`, { every: 2 });
  const list = `/jobs${query({ name: jobName, channel })}`;
  return (
    <Page
      title={jobName}
      up={{ to: '/lanes', label: texts.nav.lanes }}
      actions={
        <>
          {lane === undefined ? null : <Served lane={lane} />}
          <div class="row push">
            <RangePicker url={url} range={rangeOf(url, serverNow())} />
            <PauseButton what={{ jobName }} label={words.pauseName} />
            <PauseButton what={{ channel }} label={words.pauseChannel} />
          </div>
        </>
      }
    >
      <PauseNotices
        which={({ what }) =>
          'everything' in what ||
          ('channel' in what && what.channel === channel) ||
          ('jobName' in what && what.jobName === jobName)
        }
      />
      <Card label={words.now}>
        <div class="body is-first">
          <Loaded answer={lanes} lines={2}>
            {() =>
              lane === undefined ? (
                <Empty title={words.quiet} text={words.quietText} slim />
              ) : (
                <dl class="facts">
                  <Fact label={words.channel}>{channel}</Fact>
                  <Fact label={words.columns.ready}>{countText(lane.ready)}</Fact>
                  <Fact label={words.columns.oldest}>
                    {lane.oldestReadyAt === null ? '–' : <Since at={lane.oldestReadyAt} />}
                  </Fact>
                  <Fact label={words.columns.running}>
                    {words.runningOf(countText(lane.running), plural(lane.slots, 'slot'))}
                  </Fact>
                  <Fact label={words.columns.scheduled}>
                    {lane.scheduled === null ? '–' : countText(lane.scheduled)}
                  </Fact>
                  <Fact label={words.blocked}>{lane.blocked === null ? '–' : countText(lane.blocked)}</Fact>
                  <Fact label={words.columns.rate}>{rough(lane.startedPerMin)}</Fact>
                  <Fact label={words.columns.failed}>
                    {lane.failedShare === null ? '–' : percent(lane.failedShare)}
                  </Fact>
                  <Fact label={words.waitOf}>{pair(lane.waitMs)}</Fact>
                  <Fact label={words.runOf}>{pair(lane.runMs)}</Fact>
                </dl>
              )
            }
          </Loaded>
        </div>
      </Card>
      <Charts channel={channel} jobName={jobName} />
      <Card
        title={texts.nav.failures}
        extra={
          <Link class="push" href={`/failures${query({ name: jobName, channel })}`}>
            {words.allFailures}
          </Link>
        }
      >
        <Loaded answer={failures} lines={3}>
          {({ groups }) =>
            groups.length === 0 ? (
              <Empty title={texts.failures.none} slim />
            ) : (
              <FailureTable groups={groups.slice(0, 5)} within={{ channel, endedSince: null }} />
            )
          }
        </Loaded>
      </Card>
      <Card
        title={words.latest}
        extra={
          <Link class="push" href={list}>
            {words.allJobs}
          </Link>
        }
      >
        <Loaded answer={jobs} lines={5}>
          {({ jobs: rows }) =>
            rows.length === 0 ? <Empty title={texts.jobs.none} slim /> : <JobTable caption={words.latest} jobs={rows} />
          }
        </Loaded>
      </Card>
    </Page>
  );
}

export const lanePath = (channel: string, jobName: string): string => `/lanes/${part(channel)}/${part(jobName)}`;

function pair({ p50, p99 }: { readonly p50: number | null; readonly p99: number | null }): string {
  return p50 === null || p99 === null ? '–' : `${duration(p50)} / ${duration(p99)}`;
}
