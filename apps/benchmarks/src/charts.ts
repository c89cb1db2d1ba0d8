import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPeer } from './peers.ts';
import type { Row } from './results.ts';
import { show, type Titles } from './table.ts';

/** What is used of the packages. */
interface VegaLite {
  compile(spec: object): { spec: object };
}

interface Vega {
  parse(spec: object): object;
  readonly View: new (spec: object, options: object) => { toSVG(): Promise<string>; finalize(): unknown };
}

const WIDTH = 440;
const OURS = '#c2410c';
const OTHERS = '#64748b';

/** Draws a bar chart for each scenario into `folder`. @returns the names of the files, by scenario */
export async function drawCharts(
  rows: readonly Row[],
  titles: Titles,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const vegaLite = await loadPeer<VegaLite>('vega-lite');
  const vega = await loadPeer<Vega>('vega');
  const files = new Map<string, string>();
  for (const scenario of new Set(rows.map((row) => row.scenario))) {
    const mine = rows.filter((row) => row.scenario === scenario);
    const spec = chart(titles.scenarios.get(scenario) ?? scenario, mine, titles);
    const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' });
    const file = `${scenario}.svg`;
    writeFileSync(join(folder, file), await view.toSVG());
    view.finalize();
    files.set(scenario, file);
  }
  return files;
}

/** Figures below each other, each with a scale of its own: bars are medians, lines reach from the lowest to the highest. */
function chart(title: string, rows: readonly Row[], { contestants }: Titles): object {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title, anchor: 'start' },
    background: 'white',
    config: { font: 'sans-serif', view: { stroke: null } },
    vconcat: rows.flatMap((row) => {
      const values = bars(row, contestants);
      return values.length === 0 ? [] : [figure(row, values, [...contestants.values()])];
    }),
  };
}

interface Bar {
  readonly contestant: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly label: string;
}

function bars(row: Row, contestants: ReadonlyMap<string, string>): readonly Bar[] {
  return [...contestants].flatMap(([id, contestant]) => {
    const cell = row.cells.get(id);
    if (cell === undefined || cell.complaint !== undefined || !Number.isFinite(cell.median)) return [];
    const values = [...cell.values.values()];
    const label = show(cell.median);
    return [{ contestant, median: cell.median, low: Math.min(...values), high: Math.max(...values), label }];
  });
}

function figure({ what, unit }: Row, values: readonly Bar[], order: readonly string[]): object {
  const y = { field: 'contestant', type: 'nominal', sort: order, title: null, axis: { labelLimit: 200 } };
  const x = { field: 'median', type: 'quantitative', title: unit, axis: { grid: false, tickCount: 5 } };
  const isOurs = "indexof(datum.contestant, 'BearMQ') === 0";
  return {
    title: { text: what, anchor: 'start', fontSize: 11, fontWeight: 'normal' },
    width: WIDTH,
    height: { step: 22 },
    data: { values },
    layer: [
      { mark: 'bar', encoding: { y, x, color: { condition: { test: isOurs, value: OURS }, value: OTHERS } } },
      { mark: 'rule', encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } } },
      {
        mark: { type: 'text', align: 'left', dx: 4 },
        encoding: { y, x: { field: 'high', type: 'quantitative' }, text: { field: 'label' } },
      },
    ],
  };
}
