import { type ProcessRecord, previewSchedule, type QueueRecord, type ScheduleRecord } from '@bearmq/core';
import type { ScheduleActionAnswer, ScheduleAnswer, ScheduleRow, SchedulesAnswer } from '../../api-types.ts';
import { textIn, withoutEmpty } from '../query.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { Call, Route } from '../route.ts';
import { wireOf } from '../wire-of.ts';

export const scheduleRoutes: readonly Route[] = [
  { method: 'GET', path: 'schedules', channels: 'refused', takes: ['jobName', 'after'], handle: listSchedules },
  { method: 'GET', path: 'schedules/:jobName/:key', channels: 'refused', handle: showSchedule },
  on('pause', async ({ schedules, jobName, key }) => {
    await schedules.pause(jobName, key);
    return {};
  }),
  on('resume', async ({ schedules, jobName, key }) => {
    await schedules.resume(jobName, key);
    return {};
  }),
  on('trigger', async ({ schedules, jobName, key }) => ({ jobId: await schedules.trigger(jobName, key) })),
  on('remove', async ({ schedules, jobName, key }) => ({ removed: await schedules.remove(jobName, key) })),
];

interface Named {
  readonly schedules: Call['source']['context']['schedules'];
  readonly jobName: string;
  readonly key: string;
}

function on(
  what: 'pause' | 'resume' | 'trigger' | 'remove',
  act: (named: Named) => Promise<ScheduleActionAnswer>,
): Route {
  const path = `schedules/:jobName/:key/${what}`;
  const handle = async (call: Call) => await act(namedIn(call));
  return { method: 'POST', path, action: `schedule.${what}`, channels: 'refused', handle };
}

function namedIn({ source, params }: Call): Named {
  return { schedules: source.context.schedules, jobName: params['jobName'] ?? '', key: params['key'] ?? '' };
}

async function listSchedules({ source, query }: Call): Promise<SchedulesAnswer> {
  const filter = withoutEmpty({ jobName: textIn(query, 'jobName'), after: textIn(query, 'after') });
  const { schedules, next } = await source.context.schedules.list(filter);
  const seen = await look(source.context);
  return { schedules: schedules.map((schedule) => rowOf(schedule, seen)), next };
}

async function showSchedule(call: Call): Promise<ScheduleAnswer> {
  const { schedules, jobName, key } = namedIn(call);
  const schedule = await schedules.get(jobName, key);
  if (schedule === null) throw notFound(`schedule ${JSON.stringify(key)} of ${JSON.stringify(jobName)}`);
  const { granted, settings } = call;
  // What is redacted is redacted by jobs: a schedule is none, so its payload is not shown where that is asked for.
  const isShown = granted.payloads !== 'never' && settings.redact === undefined;
  return {
    ...rowOf(schedule, await look(call.source.context)),
    nextTicks: ticksOf(schedule),
    payloadText: isShown ? JSON.stringify(schedule.payload) : null,
  };
}

interface Seen {
  readonly processes: readonly ProcessRecord[];
  readonly late: QueueRecord['schedules'];
}

async function look(context: Call['source']['context']): Promise<Seen> {
  const processes = await context.processes();
  return { processes, late: (await context.stats.queue()).schedules };
}

function rowOf({ payload, overrides, ...schedule }: ScheduleRecord, { processes, late }: Seen): ScheduleRow {
  const { jobName, key } = schedule;
  const isTaking = ({ takes, state }: ProcessRecord) =>
    state !== 'dead' && takes.some(({ names }) => names.includes(jobName));
  return {
    ...wireOf(schedule),
    lateSecs: late.find((one) => one.jobName === jobName && one.key === key)?.lateSecs ?? 0,
    servedBy: processes.filter(isTaking).length,
  };
}

/** None while it is paused: where it would go on is decided by when it is resumed. */
function ticksOf({ cron, timeZone, everySecs, nextAt, pausedAt }: ScheduleRecord): readonly string[] {
  if (pausedAt !== null) return [];
  // The next one is in the database; those after it are worked out.
  const others = { from: nextAt, count: 9 };
  if (everySecs !== null) return isoAll([nextAt, ...previewSchedule({ everySecs, from: nextAt }, others)]);
  if (cron === null) throw new Refusal(503, 'SCHEDULE_UNKNOWN', 'the schedule has a rule that is not known here');
  const spec = { cron, ...withoutEmpty({ timeZone: timeZone ?? undefined }) };
  return isoAll([nextAt, ...previewSchedule(spec, others)]);
}

const isoAll = (dates: readonly Date[]): readonly string[] => dates.map((date) => date.toISOString());
