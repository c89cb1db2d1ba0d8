import type { LaneRecord, Pause, Paused, ProcessRecord, QueueRecord } from '@bearmq/core';
import type { Attention } from '../api-types.ts';
import type { Health } from '../options.ts';

interface Seen {
  readonly lanes: readonly LaneRecord[];
  readonly pauses: readonly Pause[];
  readonly processes: readonly ProcessRecord[] | null;
  readonly health: Health | undefined;
  readonly schedules: QueueRecord['schedules'];
}

/** Schedules that are due for longer are late, in seconds. */
const LATE_SECS = 60;
/** A pause that is older may have been forgotten, in milliseconds. */
const LONG_PAUSE_MS = 86_400_000;

/** What somebody should look at: errors first. What the doctor tells of, too, is there once, in his words. */
export function attentionOf({ lanes, pauses, processes, health, schedules }: Seen): readonly Attention[] {
  const findings = health?.findings ?? [];
  const pageOf = pagesOf(lanes, schedules);
  const told = findings.map(({ kind, severity, subject, message, remedy }): Attention => {
    return { kind, severity, subject, message, remedy, page: pageOf(subject) };
  });
  const list: Attention[] = [];
  for (const lane of lanes) {
    if (lane.served === 'no-process' && lane.ready.value > 0) list.push(unserved(lane));
  }
  for (const { jobName, key, lateSecs } of schedules) {
    if (lateSecs <= LATE_SECS) continue;
    list.push({
      kind: 'schedule-late',
      severity: 'warning',
      subject: `${jobName}, ${key}`,
      message: `its next tick has been due for ${Math.round(lateSecs)} s`,
      remedy: 'start an Orchestrator in a process that has registered the definition',
      page: schedulePage(jobName, key),
    });
  }
  for (const { processId, host, pid, state } of processes ?? []) {
    if (state !== 'dead') continue;
    list.push({
      kind: 'process-dead',
      severity: 'warning',
      subject: host === null ? processId : `${host}, pid ${pid}`,
      message: 'has not renewed its lease in time: any process with a Worker or an Orchestrator puts its jobs back',
      remedy: null,
      page: `processes/${processId}`,
    });
  }
  for (const { what, since, reason } of health === undefined ? pauses : []) {
    if (since === null || Date.now() - since.getTime() < LONG_PAUSE_MS) continue;
    list.push({
      kind: 'paused-long',
      severity: 'warning',
      subject: nameOf(what),
      message: `paused since ${since.toISOString()}${reason === null ? '' : `: ${reason}`}`,
      remedy: 'resume it, unless that is meant',
      page: null,
    });
  }
  const isNew = (one: Attention): boolean =>
    !told.some(({ kind, page }) => page === one.page && (SAME_AS[one.kind] ?? [one.kind]).includes(kind));
  const errorsFirst = (one: Attention): number => (one.severity === 'error' ? 0 : 1);
  return [...told, ...list.filter(isNew)].sort((a, b) => errorsFirst(a) - errorsFirst(b));
}

/** What the doctor calls what is found here under another name. */
const SAME_AS: Readonly<Record<string, readonly string[]>> = { 'process-dead': ['worker-dead', 'worker-blocked'] };

/** The page about a subject of the doctor's: lanes and schedules are looked up, as there may be anything in a name. */
function pagesOf(lanes: Seen['lanes'], schedules: Seen['schedules']): (subject: string) => string {
  const pages = new Map<string, string>();
  for (const { jobName, key } of schedules) {
    const page = schedulePage(jobName, key);
    pages.set(`schedule ${jobName}`, page).set(`schedule ${jobName} ${key}`, page);
  }
  for (const lane of lanes) pages.set(`lane ${lane.jobName} of channel ${lane.channel}`, lanePage(lane));
  return (subject) => {
    const [, kind, id] = /^(job|worker) ([0-9a-f-]{36})$/.exec(subject) ?? [];
    if (id !== undefined) return `${kind === 'job' ? 'jobs' : 'processes'}/${id}`;
    return pages.get(subject) ?? 'health';
  };
}

function lanePage({ channel, jobName }: Pick<LaneRecord, 'channel' | 'jobName'>): string {
  return `lanes/${encodeURIComponent(channel)}/${encodeURIComponent(jobName)}`;
}

function schedulePage(jobName: string, key: string): string {
  return `schedules/${encodeURIComponent(jobName)}/${encodeURIComponent(key)}`;
}

function unserved(lane: LaneRecord): Attention {
  const { channel, jobName, ready } = lane;
  const count = ready.isAtLeast ? `${ready.value} or more` : `${ready.value}`;
  return {
    kind: 'lane-unserved',
    severity: 'error',
    subject: `${jobName} in ${channel}`,
    message: `jobs are ready (${count}), and no process takes them`,
    remedy: 'start a Worker for that channel in a process that has registered the definition',
    page: lanePage(lane),
  };
}

function nameOf(what: Paused): string {
  if (what === 'everything') return 'everything';
  if ('channel' in what) return `channel ${what.channel}`;
  return 'jobName' in what ? `job ${what.jobName}` : `group ${what.jobGroup}`;
}
