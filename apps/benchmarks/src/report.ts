import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawCharts } from './charts.ts';
import type { Contestant } from './contestant.ts';
import type { Measurement } from './figure.ts';
import { type Machine, machineLines } from './machine.ts';
import type { Profile } from './profile.ts';
import { collect } from './results.ts';
import type { Scenario } from './scenario.ts';
import { markdownTable, type Titles } from './table.ts';
import { targets, targetTable } from './targets.ts';

/** All that a run found out. */
export interface Run {
  readonly command: string;
  readonly machine: Machine;
  readonly profile: Profile;
  readonly rounds: number;
  readonly scenarios: readonly Scenario[];
  readonly contestants: readonly Contestant[];
  /** By the contestant's id. */
  readonly versions: ReadonlyMap<string, string>;
  /** Contestants that are not there at all, and why. */
  readonly leftOut: readonly string[];
  readonly measurements: readonly Measurement[];
}

/** The whole result as Markdown, but for the charts. */
export function markdown(run: Run): string {
  const { contestants, versions, measurements, profile } = run;
  const rows = collect(measurements);
  const rounds = run.rounds === 1 ? 'One round' : `${run.rounds} rounds, in which the contestants took turns`;
  return [
    '# Benchmark',
    '',
    ...machineLines(run.machine).map((line) => `- ${line}`),
    `- \`${run.command}\``,
    '',
    `${rounds}. Each cell: the median, how far the farthest round lies from it, and (in brackets) how many times BearMQ's figure it is, as the median of the rounds' own ratios. Every job of every measurement was counted by the benchmark itself: a figure is invalid unless each ran exactly once, and in order where that is promised.`,
    '',
    markdownTable(rows, titles(run)),
    '',
    '## Settings',
    '',
    ...contestants.map(({ id, title, settings }) => `- ${title} ${versions.get(id) ?? ''}: ${settings}`),
    ...run.leftOut.map((line) => `- ${line}`),
    ...(contestants.some(({ origin }) => origin === 'peers')
      ? ['', '## Targets', '', targetTable(targets(rows, profile))]
      : []),
    '',
  ].join('\n');
}

/** Writes `results.md`, `results.json` and a chart for each scenario. Charts need the peers' folder installed. */
export async function writeReport(run: Run, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const charts = await drawCharts(collect(run.measurements), titles(run), folder);
  const images = [...charts].map(([scenario, file]) => `![${titles(run).scenarios.get(scenario)}](${file})`);
  writeFileSync(join(folder, 'results.md'), [markdown(run), '## Charts', '', ...images, ''].join('\n'));
  const { contestants, versions, scenarios, ...rest } = run;
  const raw = {
    ...rest,
    contestants: contestants.map(({ id, title, settings }) => ({ id, title, settings, version: versions.get(id) })),
    scenarios: scenarios.map(({ id, title }) => ({ id, title })),
  };
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(raw, null, 2)}\n`);
}

function titles({ contestants, scenarios }: Run): Titles {
  return {
    contestants: new Map(contestants.map(({ id, title }) => [id, title])),
    scenarios: new Map(scenarios.map(({ id, title }) => [id, title])),
  };
}
