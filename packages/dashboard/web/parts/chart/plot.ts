import uPlot from 'uplot';
import { absolute } from '../../state/format.ts';
import type { ChartColor, ChartData, ChartEvents, ChartLine } from './series.ts';

/** A drawn chart. This file is loaded when the first one is shown. */
export interface Plot {
  draw(data: ChartData): void;
  destroy(): void;
}

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

export function createPlot(host: HTMLElement, first: ChartData, events: ChartEvents): Plot {
  let data = first;
  let plot = make();

  function make(): uPlot {
    return new uPlot(optionsOf(host, data, events), alignedOf(data), host);
  }
  const again = () => {
    plot.destroy();
    plot = make();
  };
  const resized = new ResizeObserver(() => plot.setSize(sizeOf(host)));
  resized.observe(host);
  // A canvas does not follow the tokens by itself.
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', again);
  const themed = new MutationObserver(again);
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  return {
    draw(next) {
      const isSameShape = next.lines.length === data.lines.length && next.zone === data.zone;
      data = next;
      if (isSameShape && next.kind === 'lines') plot.setData(alignedOf(next));
      else again();
    },
    destroy() {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener('change', again);
      plot.destroy();
    },
  };
}

function sizeOf(host: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, host.clientWidth), height: Math.max(80, host.clientHeight) };
}

/** Of stacked lines each one has those below it added. On a log axis nothing is below half a millisecond. */
function alignedOf({ kind, isLog, at, lines }: ChartData): uPlot.AlignedData {
  if (kind === 'stack') return [[...at], ...tops(lines.map(({ values }) => values))];
  return [
    [...at],
    ...lines.map(({ values }) => values.map((v) => (v !== null && isLog === true ? Math.max(v, 0.5) : v))),
  ];
}

function tops(lists: readonly (readonly (number | null)[])[]): number[][] {
  const sums: number[] = [];
  return lists.map((values) => values.map((value, i) => (sums[i] = (sums[i] ?? 0) + (value ?? 0))));
}

function optionsOf(host: HTMLElement, data: ChartData, { onHover, onZoom }: ChartEvents): uPlot.Options {
  const color = paletteOf(host);
  const { kind, isLog = false, lines } = data;
  const isStack = kind === 'stack';
  const hasRight = lines.some(({ isRight }) => isRight === true);
  const bars = tops(lines.map(({ values }) => values));
  return {
    ...sizeOf(host),
    padding: [8, hasRight ? 0 : 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { show: !isStack, size: 6 } },
    scales: {
      x: { time: true, ...(isStack ? { range: wholeSteps(data) } : {}) },
      y: isLog ? { distr: 3, range: wholeDecades } : { range: fromZero },
      ...(hasRight ? { right: { range: fromZero } } : {}),
    },
    axes: axesOf(data, color, hasRight),
    series: [
      {},
      ...lines.map((line, nth): uPlot.Series => {
        const stroke = color(`chart-${line.color}`);
        const scale = line.isRight === true ? 'right' : 'y';
        if (isStack)
          return { scale, stroke, width: 1, paths: barsOf(data, bars, nth, stroke), points: { show: false } };
        const fill = isLog || line.isRight === true ? {} : { fill: `color-mix(in srgb, ${stroke} 10%, transparent)` };
        return { scale, stroke, width: 1.75, ...fill, ...dashOf(line.isRight), points: pointsOf(line, stroke) };
      }),
    ],
    hooks: {
      setCursor: [({ cursor }) => onHover(cursor.idx ?? null)],
      setSelect: [
        (u) => {
          const { left, width } = u.select;
          if (width < 4) return;
          onZoom(Math.floor(u.posToVal(left, 'x')), Math.ceil(u.posToVal(left + width, 'x')));
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function axesOf(data: ChartData, color: Palette, hasRight: boolean): uPlot.Axis[] {
  const { isLog = false, left, right = left, zone } = data;
  const axis = {
    stroke: color('muted'),
    font: FONT,
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
  const noGrid = { grid: { show: false } };
  // A time within a day, a date beyond: never both.
  const moments = (_: uPlot, splits: readonly number[], __: number, ___: number, step: number) =>
    splits.map((secs) =>
      step >= 86_400 ? absolute(secs * 1000, zone).slice(5, 10) : absolute(secs * 1000, zone).slice(11, 16),
    );
  const rightAxis: uPlot.Axis = {
    ...axis,
    ...noGrid,
    scale: 'right',
    side: 1,
    size: 50,
    space: 32,
    ...(right.steps === undefined ? {} : { incrs: [...right.steps] }),
    values: (_, splits) => splits.map(right.axis),
  };
  return [
    { ...axis, ...noGrid, space: 52, size: 28, gap: 8, values: moments },
    {
      ...axis,
      size: 50,
      ...(isLog ? { splits: (_, __, min, max) => decades(min, max) } : { space: 32 }),
      ...(isLog || left.steps === undefined ? {} : { incrs: [...left.steps] }),
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map(left.axis),
    },
    ...(hasRight ? [rightAxis] : []),
  ];
}

function decades(min: number, max: number): number[] {
  const all: number[] = [];
  for (let value = 10 ** Math.floor(Math.log10(min)); value <= max * 1.001; value *= 10) all.push(value);
  return all;
}

const wholeDecades: uPlot.Range.Function = (_, min, max) => [
  10 ** Math.floor(Math.log10(Math.max(min ?? 1, 0.5))),
  10 ** Math.ceil(Math.log10(Math.max(max ?? 100, 10) * 1.05)),
];

/** A value with none beside it has no line: it is a point. */
function pointsOf({ values }: ChartLine, fill: string): uPlot.Series.Points {
  const isSome = (index: number) => (values[index] ?? null) !== null;
  const alone = values.flatMap((_, index) =>
    isSome(index) && !isSome(index - 1) && !isSome(index + 1) ? [index] : [],
  );
  return { show: true, size: 5, fill, filter: () => alone };
}

function dashOf(isRight: boolean | undefined): Pick<uPlot.Series, 'dash'> {
  return isRight === true ? { dash: [4, 3] } : {};
}

const fromZero: uPlot.Range.Function = (_, __, max) => [
  0,
  max === null || max === undefined || max <= 0 ? 1 : max * 1.08,
];

/** Room for the first and the last bar. */
function wholeSteps({ at }: ChartData): uPlot.Range.MinMax {
  const [begin = 0, second = begin + 60] = at;
  const step = second - begin;
  return [begin - step / 2, (at.at(-1) ?? begin) + step / 2];
}

/** The part of each bar that is this line's; what is not over yet has an edge only. */
function barsOf(
  { at, partialFrom }: ChartData,
  bars: number[][],
  nth: number,
  color: string,
): uPlot.Series.PathBuilder {
  const below = bars[nth - 1] ?? at.map(() => 0);
  const own = bars[nth] ?? [];
  const colors = at.map((start) => (partialFrom !== null && start >= partialFrom ? 'transparent' : color));
  const paths = uPlot.paths.bars;
  if (paths === undefined) throw new Error('uPlot was built without bars');
  return paths({
    size: [0.78, 28],
    gap: 0,
    disp: {
      y0: { unit: 1, values: () => below },
      y1: { unit: 1, values: () => own },
      fill: { unit: 3, values: () => colors },
      stroke: { unit: 3, values: () => own.map((top, i) => (top > (below[i] ?? 0) ? color : null) as string) },
    },
  });
}

type Palette = (token: 'muted' | 'line' | `chart-${ChartColor}`) => string;

/** What a token is here and now: the canvas knows neither variables nor schemes. */
function paletteOf(host: HTMLElement): Palette {
  const probe = document.createElement('i');
  probe.hidden = true;
  host.append(probe);
  return (token) => {
    probe.style.setProperty('color', `var(--${token})`);
    return getComputedStyle(probe).color;
  };
}
