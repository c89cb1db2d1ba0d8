import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { LanesAnswer, OverviewAnswer } from '../../src/api-types.ts';
import { AttentionList } from '../parts/attention-list.tsx';
import { rangeOf } from '../parts/chart/range.ts';
import { Charts } from '../parts/charts.tsx';
import { byLag, LaneTable } from '../parts/lane-table.tsx';
import { Card, Page } from '../parts/page.tsx';
import { PauseButton, PauseNotices } from '../parts/pause-button.tsx';
import { RangePicker } from '../parts/range-picker.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Bar, countText, Tile } from '../parts/tile.tsx';
import { Since } from '../parts/time.tsx';
import { serverNow } from '../state/clock.ts';
import { number, percent } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';

const words = texts.overview;
const LANES = 10;

export function OverviewPage(): JSX.Element {
  const url = useUrl();
  const overview = useApi<OverviewAnswer>('overview');
  const lanes = useApi<LanesAnswer>('lanes', { every: 2 });
  return (
    <Page
      title={texts.nav.overview}
      actions={
        <div class="row push">
          <RangePicker url={url} range={rangeOf(url, serverNow())} />
          <PauseButton what={{ everything: true }} label={words.pauseEverything} />
        </div>
      }
    >
      <PauseNotices />
      <Loaded answer={overview} lines={5}>
        {(data) => (
          <>
            <AttentionList attention={data.attention} />
            <Tiles data={data} />
          </>
        )}
      </Loaded>
      <Charts />
      <Card
        title={words.lanes}
        extra={
          <Link class="push" href="/lanes">
            {words.allLanes}
          </Link>
        }
      >
        <Loaded answer={lanes} lines={6}>
          {({ lanes: all }) =>
            all.length === 0 ? (
              <Empty title={texts.lanes.none} text={texts.lanes.noneText} icon="lanes" />
            ) : (
              <LaneTable lanes={all.toSorted(byLag).slice(0, LANES)} hasKeys />
            )
          }
        </Loaded>
      </Card>
    </Page>
  );
}

function Tiles({ data }: { readonly data: OverviewAnswer }): JSX.Element {
  const { states, oldestReady, slots, processes, lastHour } = data;
  const ended = lastHour.succeeded + lastHour.failed + lastHour.cancelled;
  const busy = slots === null || slots.total === 0 ? null : states.running.value / slots.total;
  return (
    <div class="tiles">
      <Tile
        label={texts.states.ready}
        icon="ready"
        to="/jobs?state=ready"
        value={countText(states.ready)}
        sub={
          oldestReady === null ? (
            words.nothingWaits
          ) : (
            <>
              {words.oldest} <Since at={oldestReady.at} />
            </>
          )
        }
      />
      <Tile
        label={texts.states.running}
        icon="play"
        to="/jobs?state=running"
        value={
          <>
            {countText(states.running)}
            {slots === null ? null : <small> / {number(slots.total)}</small>}
          </>
        }
        sub={busy === null ? words.noSlots : <Bar share={busy} tone={busy >= 1 ? 'amber' : undefined} />}
      />
      <Tile
        label={texts.states.scheduled}
        icon="clock"
        to="/jobs?state=scheduled"
        value={countText(states.scheduled)}
        sub={words.scheduledSub}
      />
      <Tile
        label={texts.states.blocked}
        icon="lock"
        to="/jobs?state=blocked"
        value={countText(states.blocked)}
        sub={words.blockedSub}
      />
      <Tile
        label={words.lastHour}
        icon="check"
        to="/jobs?outcome=succeeded"
        value={number(lastHour.succeeded)}
        sub={words.started}
      />
      <Tile
        label={words.failedLastHour}
        icon="cross"
        to="/failures"
        value={number(lastHour.failed)}
        tone={lastHour.failed > 0 ? 'red' : undefined}
        sub={ended === 0 ? words.nothingEnded : words.failedSub(percent(lastHour.failed / ended))}
      />
      {processes === null ? null : (
        <Tile
          label={texts.nav.processes}
          icon="processes"
          to="/processes"
          value={number(processes.alive)}
          tone={processes.alive === 0 ? 'red' : processes.silent + processes.dead > 0 ? 'amber' : undefined}
          sub={
            processes.silent + processes.dead > 0
              ? words.notAlive(processes.silent, processes.dead)
              : processes.alive === 0
                ? words.noneAlive
                : words.allAlive
          }
        />
      )}
    </div>
  );
}
