import type { LaneRecord, LaneTotals, QueueRecord } from '@bearmq/core';
import type { Meter } from '@opentelemetry/api';
import type { Family } from '../../../../packages/prometheus/dist/exposition.js';
import { builtModule } from './built-module.ts';
import { code, page, table } from './markdown.ts';

const { ProcessMetrics } =
  await builtModule<typeof import('../../../../packages/otel/dist/process-metrics.js')>('otel/dist/process-metrics.js');
const { laneFamilies, totalFamilies } = await builtModule<
  typeof import('../../../../packages/prometheus/dist/lane-families.js')
>('prometheus/dist/lane-families.js');
const { findingFamilies, queueFamilies } = await builtModule<
  typeof import('../../../../packages/prometheus/dist/queue-families.js')
>('prometheus/dist/queue-families.js');

/** What a family says of itself, and the labels that its values have. */
export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

const at = new Date(0);
const count = { value: 1, isAtLeast: false, asOf: at };
const durations = { sumMs: 1, counts: [{ upToMs: Number.POSITIVE_INFINITY, count: 1 }] };

/** One of everything, so that each family has a value, and shows its labels. */
const TOTALS = {
  channel: 'c',
  jobName: 'j',
  started: 1,
  outcomes: { succeeded: 1, failed: 1, retried: 1, snoozed: 1, released: 1, lost: 1, cancelled: 1 },
  wait: durations,
  run: durations,
} as const satisfies LaneTotals;
const LANE = {
  channel: 'c',
  jobName: 'j',
  ready: count,
  running: count,
  scheduled: count,
  blocked: count,
  oldestReadyAt: at,
  served: 'yes',
  slots: 1,
} as unknown as LaneRecord;
const QUEUE = {
  processes: { alive: 1, overdue: 0 },
  groups: { busy: 1, longestHeldSecs: 1 },
  schedules: [{ jobName: 'j', key: 'k', lateSecs: 0 }],
  pauses: [{ kind: 'channel', name: 'c', since: at }],
  tables: [{ name: 'job', deadRows: 0 }],
  sampledAt: at,
  schemaVersion: 1,
} as unknown as QueueRecord;
const FINDING = { kind: 'index-missing', severity: 'error', subject: '', message: '', remedy: '' } as const;

/** All families of `createMetrics`. @throws Error for one without a value: its labels are not known then. */
export function prometheusFamilies(): readonly MetricFamily[] {
  const families: readonly Family[] = [
    ...totalFamilies([TOTALS]),
    ...laneFamilies([LANE]),
    ...queueFamilies(QUEUE),
    ...findingFamilies([FINDING as never]),
  ];
  return families.map(({ name, type, help, samples }) => {
    if (samples.length === 0) throw new Error(`no value of ${name} was made: see TOTALS, LANE and QUEUE`);
    const labels = [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].filter(
      (label) => label !== 'le',
    );
    return { name, type, help, labels };
  });
}

export interface Instrument {
  readonly name: string;
  readonly kind: 'counter' | 'histogram';
  readonly unit: string;
  readonly description: string;
}

/** The instruments that `instrument` makes, as its meter is asked for them. */
export function otelInstruments(): readonly Instrument[] {
  const made: Instrument[] = [];
  const note =
    (kind: Instrument['kind']) =>
    (name: string, { unit = '', description = '' } = {}) => {
      made.push({ name, kind, unit, description });
      return { add: () => {}, record: () => {} };
    };
  new ProcessMetrics({ createCounter: note('counter'), createHistogram: note('histogram') } as unknown as Meter);
  return made;
}

export function metricsPage(): string {
  return page(
    {
      title: 'Metrics',
      description: 'Each metric for Prometheus and OpenTelemetry, with its type and its labels.',
      order: 7,
    },
    [
      '## Prometheus',
      '',
      'From `createMetrics` of `@bearmq/prometheus`, `npx bearmq metrics`, and `metrics` beside the dashboard. They are figures of the whole schema, whoever renders them, so scrape one endpoint for each schema. Counters come from the database: they survive each process and never fall. A family without a value is left out.',
      '',
      ...table(
        ['Metric', 'Type', 'Labels', 'What it tells'],
        prometheusFamilies().map(({ name, type, labels, help }) => [
          code(name),
          type,
          labels.map(code).join(' '),
          help,
        ]),
      ),
      '`bearmq_findings` and `bearmq_finding` are there where `createMetrics` is given `findings`; the command and the dashboard give it.',
      '',
      '## OpenTelemetry',
      '',
      'From `instrument` of `@bearmq/otel`, unless it is given `metrics: "off"`. They are figures of one process.',
      '',
      ...table(
        ['Instrument', 'Kind', 'Unit', 'What it tells'],
        otelInstruments().map(({ name, kind, unit, description }) => [code(name), kind, code(unit), description]),
      ),
    ],
  );
}
