import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { SeriesAnswer } from '../../src/api-types.ts';
import { query } from '../state/api.ts';
import { useServerNow } from '../state/clock.ts';
import { age, axisDuration, duration, rough } from '../state/format.ts';
import { useApi } from '../state/queries.ts';
import { useSettings } from '../state/settings.ts';
import { useUrl } from '../state/url.ts';
import { texts } from '../texts.ts';
import { Chart } from './chart/chart.tsx';
import { rangeOf } from './chart/range.ts';
import type { ChartData, Unit } from './chart/series.ts';
import { Loaded } from './states.tsx';

interface ChartsProps {
  /** Only of this lane. */
  readonly channel?: string;
  readonly jobName?: string;
}

const words = texts.chart;

const ROUND_SECS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 172_800];
/** There is no half of a job. */
const WHOLE = Array.from({ length: 10 }, (_, nth) => [1, 2, 5].map((digit) => digit * 10 ** nth)).flat();
const COUNT: Unit = { exact: rough, axis: rough, steps: WHOLE };
const DURATION: Unit = { exact: duration, axis: axisDuration };
const SECONDS: Unit = {
  exact: (secs) => age(secs * 1000),
  axis: (secs) => axisDuration(secs * 1000),
  steps: ROUND_SECS,
};

/** What happened in the range that the address says: how many jobs, how long they waited and ran, and how many wait. */
export function Charts({ channel, jobName }: ChartsProps): JSX.Element {
  const url = useUrl();
  const { from, to, stepSecs } = rangeOf(url, useServerNow());
  const iso = (secs: number) => new Date(secs * 1000).toISOString();
  const path = `series${query({ from: iso(from), to: iso(to), stepSecs, channel, jobName })}`;
  const answer = useApi<SeriesAnswer>(path, { every: 5, keep: true });
  const zoom = (begin: number, end: number) => {
    if (end - begin >= 120) url.change({ range: null, from: String(begin), to: String(end) });
  };
  const isOfLane = jobName !== undefined;
  return (
    <Loaded answer={answer} lines={8}>
      {(series) => <Drawn series={series} zoom={zoom} isOfLane={isOfLane} />}
    </Loaded>
  );
}

interface DrawnProps {
  readonly series: SeriesAnswer;
  readonly zoom: (from: number, to: number) => void;
  readonly isOfLane: boolean;
}

function Drawn({ series, zoom, isOfLane }: DrawnProps): JSX.Element {
  const { zone } = useSettings();
  const { throughput, wait, run, backlog } = useMemo(() => dataOf(series, zone), [series, zone]);
  const step = age(series.stepSecs * 1000);
  return (
    <div class={`charts ${isOfLane ? 'are-four' : ''}`}>
      <Chart title={words.throughput} unit={words.jobsPer(step)} data={throughput} onZoom={zoom} />
      <Chart title={words.wait} unit={words.logAxis} data={wait} onZoom={zoom} />
      {isOfLane ? <Chart title={words.run} unit={words.logAxis} data={run} onZoom={zoom} /> : null}
      <Chart title={words.backlog} unit={words.backlogUnit} data={backlog} onZoom={zoom} />
    </div>
  );
}

function dataOf(
  series: SeriesAnswer,
  zone: 'local' | 'utc',
): Record<'throughput' | 'wait' | 'run' | 'backlog', ChartData> {
  const { startsAt: at, outcomes, partialFrom, depth } = series;
  const common = { at, partialFrom, zone };
  const durations = ({ p50, p95, p99 }: SeriesAnswer['wait']): ChartData => ({
    ...common,
    kind: 'lines',
    isLog: true,
    lines: [
      { label: 'p50', color: 'green', values: p50 },
      { label: 'p95', color: 'amber', values: p95 },
      { label: 'p99', color: 'red', values: p99 },
    ],
    left: DURATION,
  });
  return {
    throughput: {
      ...common,
      kind: 'stack',
      lines: [
        { label: words.succeeded, color: 'green', values: outcomes.succeeded },
        { label: words.retried, color: 'amber', values: outcomes.retried },
        { label: words.failed, color: 'red', values: outcomes.failed },
        ...(outcomes.cancelled.some((count) => count > 0)
          ? [{ label: words.cancelled, color: 'gray' as const, values: outcomes.cancelled }]
          : []),
      ],
      left: COUNT,
    },
    wait: durations(series.wait),
    run: durations(series.run),
    backlog: {
      ...common,
      kind: 'lines',
      lines: [
        { label: words.ready, color: 'blue', values: depth.ready },
        { label: words.blocked, color: 'violet', values: depth.blocked },
        { label: words.oldest, color: 'amber', values: depth.oldestSecs, isRight: true },
      ],
      left: COUNT,
      right: SECONDS,
    },
  };
}
