import type { LaneOutcome, LaneRecord, ProcessRecord } from '@bearmq/core';
import type { CountAnswer, OverviewAnswer } from '../../api-types.ts';
import { attentionOf } from '../attention.ts';
import { healthOf } from '../health.ts';
import { mayShow } from '../narrowed.ts';
import type { Call, Route } from '../route.ts';

export const overviewRoutes: readonly Route[] = [
  { method: 'GET', path: 'overview', channels: 'narrowed', handle: overview },
];

const HOUR_MS = 3_600_000;
const STATES = ['ready', 'scheduled', 'blocked', 'running'] as const;

/** One statement after the other: a page that many look at takes one connection. */
async function overview({ source, cache, granted }: Call): Promise<OverviewAnswer> {
  const { context } = source;
  const isNarrowed = granted.channels !== null;
  const { unfinished } = await context.jobs.counts();
  const lanes = (await context.lanes()).filter(({ channel }) => mayShow(granted, channel));
  const pauses = (await context.pauses()).filter(
    ({ what }) => what === 'everything' || ('channel' in what ? mayShow(granted, what.channel) : !isNarrowed),
  );
  const lastHour = await lastHourOf(context, granted.channels);
  const processes = isNarrowed ? null : await context.processes();
  const queue = isNarrowed ? null : await context.stats.queue();
  const health = isNarrowed ? undefined : await healthOf(source, cache);
  const counts = unfinished.filter(({ channel }) => mayShow(granted, channel));
  return {
    asOf: new Date().toISOString(),
    states: Object.fromEntries(
      STATES.map((state) => [state, countOf(counts.filter((one) => one.state === state))]),
    ) as OverviewAnswer['states'],
    oldestReady: oldestOf(lanes),
    slots: processes === null ? null : slotsOf(processes),
    processes: processes === null ? null : statesOf(processes),
    lastHour,
    findings: health === undefined ? null : findingsOf(health.findings),
    pauses: pauses.length,
    attention: attentionOf({ lanes, pauses, processes, health, schedules: queue?.schedules ?? [] }),
  };
}

function countOf(counts: readonly { readonly count: number; readonly isAtLeast: boolean }[]): CountAnswer {
  const value = counts.reduce((sum, { count }) => sum + count, 0);
  return { value, isAtLeast: counts.some(({ isAtLeast }) => isAtLeast) };
}

function oldestOf(lanes: readonly LaneRecord[]): OverviewAnswer['oldestReady'] {
  const [oldest] = lanes
    .flatMap(({ oldestReadyAt: at, channel, jobName }) => (at === null ? [] : [{ at, channel, jobName }]))
    .sort((a, b) => a.at.getTime() - b.at.getTime());
  return oldest === undefined ? null : { ...oldest, at: oldest.at.toISOString() };
}

function slotsOf(processes: readonly ProcessRecord[]): OverviewAnswer['slots'] {
  const alive = processes.filter(({ state }) => state !== 'dead');
  return {
    busy: alive.reduce((sum, { running }) => sum + running, 0),
    total: alive.flatMap(({ takes }) => takes).reduce((sum, { slots }) => sum + slots, 0),
  };
}

function statesOf(processes: readonly ProcessRecord[]): OverviewAnswer['processes'] {
  const of = (wanted: ProcessRecord['state']) => processes.filter(({ state }) => state === wanted).length;
  return { alive: of('alive'), silent: of('silent'), dead: of('dead') };
}

function findingsOf(findings: readonly { readonly severity: string }[]): OverviewAnswer['findings'] {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

type LastHour = Record<LaneOutcome | 'started', number>;

async function lastHourOf(
  context: Call['source']['context'],
  channels: readonly string[] | null,
): Promise<OverviewAnswer['lastHour']> {
  const from = new Date(Date.now() - HOUR_MS);
  const sums: LastHour = {
    ...{ started: 0, succeeded: 0, failed: 0, retried: 0 },
    ...{ snoozed: 0, released: 0, lost: 0, cancelled: 0 },
  };
  for (const channel of channels ?? [undefined]) {
    const { started, outcomes } = await context.stats.series({ from, ...(channel === undefined ? {} : { channel }) });
    const columns = { started, ...outcomes };
    for (const name of Object.keys(sums) as (keyof LastHour)[]) {
      sums[name] += columns[name].reduce((sum, count) => sum + count, 0);
    }
  }
  return sums;
}
