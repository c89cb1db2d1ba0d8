import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { absolute } from '../../state/format.ts';
import { hold } from '../../state/refresh.ts';
import { texts } from '../../texts.ts';
import type { Plot } from './plot.ts';
import type { ChartData, ChartLine } from './series.ts';

interface ChartProps {
  readonly title: string;
  readonly unit: ComponentChildren;
  readonly data: ChartData;
  readonly onZoom: (from: number, to: number) => void;
}

/** A chart, with its figures as a table for who cannot see it, or wants to copy them. */
export function Chart({ title, unit, data, onZoom }: ChartProps): JSX.Element {
  const [isTable, setTable] = useState(false);
  const [hovered, setHovered] = useState<number | null>(null);
  const hasValues = data.lines.some(({ values }) => values.some((value) => value !== null && value !== 0));
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{title}</h2>
        <span class="unit">{unit}</span>
        <button
          type="button"
          class="button is-plain is-small push"
          aria-pressed={isTable}
          aria-label={texts.chart.asTable(title)}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? texts.chart.chart : texts.chart.table}
        </button>
      </figcaption>
      {isTable ? (
        <Figures title={title} data={data} />
      ) : (
        <>
          {hasValues ? (
            <Canvas data={data} title={title} onHover={setHovered} onZoom={onZoom} />
          ) : (
            <div class="plot">
              <div class="empty">{texts.chart.nothing}</div>
            </div>
          )}
          <Legend data={data} index={hovered} />
        </>
      )}
    </figure>
  );
}

interface CanvasProps {
  readonly data: ChartData;
  readonly title: string;
  readonly onHover: (index: number | null) => void;
  readonly onZoom: (from: number, to: number) => void;
}

function Canvas({ data, title, onHover, onZoom }: CanvasProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef({ data, onHover, onZoom });
  latest.current = { data, onHover, onZoom };
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    let isGone = false;
    import('./plot.ts').then(
      ({ createPlot }) => {
        if (isGone || host.current === null) return;
        plot.current = createPlot(host.current, latest.current.data, {
          onHover: (index) => latest.current.onHover(index),
          onZoom: (from, to) => latest.current.onZoom(from, to),
        });
      },
      () => setError(texts.chart.notLoaded),
    );
    return () => {
      isGone = true;
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);
  useEffect(() => plot.current?.draw(data), [data]);
  const release = useRef<(() => void) | null>(null);
  const enter = () => {
    release.current ??= hold();
  };
  const leave = () => {
    release.current?.();
    release.current = null;
  };
  useEffect(() => leave, []);
  return (
    <div
      class="plot"
      ref={host}
      role="img"
      aria-label={texts.chart.image(title)}
      onPointerDown={enter}
      onPointerUp={leave}
      onPointerLeave={leave}
    >
      {error === null ? null : <div class="empty">{error}</div>}
    </div>
  );
}

function Legend({ data, index }: { readonly data: ChartData; readonly index: number | null }): JSX.Element {
  const at = index === null ? undefined : data.at[index];
  return (
    <div class="legend">
      {data.lines.map((line) => (
        <span key={line.label}>
          <i class={line.color} />
          {line.label} {index === null ? null : <b>{valueText(data, line, index)}</b>}
        </span>
      ))}
      {at === undefined ? null : <span class="push num">{absolute(at * 1000, data.zone).slice(5, 16)}</span>}
    </div>
  );
}

function Figures({ title, data }: { readonly title: string; readonly data: ChartData }): JSX.Element {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="as-table" tabIndex={0} aria-label={title}>
      <table>
        <caption class="hidden-text">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.chart.from}</th>
            {data.lines.map(({ label }) => (
              <th key={label} scope="col" class="end">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.at
            .map((start, i) => (
              <tr key={start}>
                <td class="nowrap">{absolute(start * 1000, data.zone).slice(5, 16)}</td>
                {data.lines.map((line) => (
                  <td key={line.label} class="end">
                    {valueText(data, line, i)}
                  </td>
                ))}
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </section>
  );
}

function valueText({ left, right = left }: ChartData, { values, isRight }: ChartLine, index: number): string {
  const value = values[index];
  if (value === null || value === undefined) return '–';
  return isRight === true ? right.exact(value) : left.exact(value);
}
