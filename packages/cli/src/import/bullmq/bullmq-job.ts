import type { EnqueueOverrides } from '@bearmq/core';
import type { JobMap, MapEntry, MapRules } from '../job-map.ts';
import type { MovableJob } from '../old-job.ts';
import type { BullJob, BullOptions } from './bullmq-types.ts';

export const bullRules: MapRules = { groups: [], drops: ['backoff', 'deduplication'] };

/** The entry of a job: `emails:welcome` is for those of a name, `emails` for the others of the queue. */
export function entryOf(map: JobMap, queue: string, name: string): MapEntry | undefined {
  return map.get(`${queue}:${name}`) ?? map.get(queue);
}

export const IN_A_FLOW = 'is part of a flow: let BullMQ work it off';

/** Why a job has to stay, or the entry that it is moved by. */
export function reasonToStay(
  job: BullJob,
  entry: MapEntry | undefined,
  schedulers: ReadonlySet<string>,
): string | MapEntry {
  if (entry === undefined) return `has no entry in the map (its name is ${JSON.stringify(job.name)})`;
  if (entry.unique !== undefined) return 'cannot be unique: take "unique" out of the map';
  // Its scheduler makes the next one when a worker of BullMQ begins with this one.
  if (job.repeatJobKey !== undefined && schedulers.has(job.repeatJobKey)) {
    return `is the next one of the job scheduler ${JSON.stringify(job.repeatJobKey)}`;
  }
  if (job.parentKey !== undefined) return IN_A_FLOW;
  const { backoff } = job.opts;
  if (job.deduplicationId !== undefined && !entry.drop.includes('deduplication')) {
    return 'has a deduplication id: give its definition a unique, and the map "drop": ["deduplication"]';
  }
  if (typeof backoff === 'object' && !KNOWN.includes(backoff.type) && !entry.drop.includes('backoff')) {
    return `has the backoff ${JSON.stringify(backoff.type)}: give its definition one, and the map "drop": ["backoff"]`;
  }
  return entry;
}

const KNOWN: readonly string[] = ['fixed', 'exponential'];

/** @param dueMs when it may run, in milliseconds since 1970; 0 for one that does not wait for that. */
export function movableJobOf(queue: string, id: string, job: BullJob, entry: MapEntry, dueMs: number): MovableJob {
  const attempts = Number(job.attemptsMade);
  return {
    origin: { system: 'bullmq', queue, id, key: job.deduplicationId ?? null, attempts },
    overrides: {
      ...settingsOf(job.opts, attempts),
      ...(entry.channel === undefined ? {} : { channel: entry.channel }),
      ...(dueMs === 0 ? {} : { runAt: new Date(dueMs) }),
    },
    payload: job.data ?? null,
    // Ids may come again once their job is gone.
    unique: `bullmq ${queue} ${id} ${job.timestamp}`,
  };
}

/** What a job, or a schedule, says of its runs. */
export function settingsOf(
  { attempts = 1, priority = 0, backoff }: BullOptions,
  spent: number,
): Pick<EnqueueOverrides, 'numAttempts' | 'priority' | 'backoff' | 'timeoutSecs'> {
  return {
    numAttempts: Math.max(1, attempts - spent),
    priority: priority === 0 ? 0 : -priority, // there, the lowest number goes first, and none before all
    ...pauseOf(backoff, spent),
  };
}

function pauseOf(backoff: BullOptions['backoff'], spent: number): Pick<EnqueueOverrides, 'backoff' | 'timeoutSecs'> {
  if (backoff === undefined) return { timeoutSecs: 0 };
  if (typeof backoff === 'number') return { timeoutSecs: backoff / 1000 };
  const { type, delay = 0, jitter = 0 } = backoff;
  if (!KNOWN.includes(type)) return {};
  if (type === 'fixed') return { backoff: { type: 'fixed', delaySecs: delay / 1000, jitter: jitterOf(jitter) } };
  const delaySecs = (delay / 1000) * 2 ** spent;
  return { backoff: { type: 'exponential', delaySecs, jitter: jitterOf(jitter) } };
}

/** The nearest that there is. */
function jitterOf(share: number): 'none' | 'half' | 'full' {
  if (share < 0.25) return 'none';
  return share < 0.75 ? 'half' : 'full';
}
