import type { EnqueueOverrides } from '@bearmq/core';
import type { MapEntry, MapRules } from '../job-map.ts';
import type { OldJob } from '../old-job.ts';
import { msOf } from './sql.ts';

export interface BossQueue {
  readonly name: string;
  readonly policy: string;
}

/** A row of pg-boss's `job`, as far as it is looked at. What a release does not have is left out. */
export interface BossJob {
  readonly id: string;
  readonly priority: number;
  readonly state: 'created' | 'retry';
  readonly retry_limit: number;
  readonly retry_count: number;
  readonly retry_delay: number;
  readonly retry_backoff: boolean;
  readonly retry_delay_max?: number | null;
  readonly expire_seconds: number | null;
  readonly singleton_key: string | null;
  readonly singleton_on: string | null;
  readonly group_id?: string | null;
  readonly start_after: string;
  readonly dead_letter: string | null;
  readonly blocked?: boolean;
  readonly blocking?: boolean;
  readonly is_delayed: boolean;
  readonly is_expired: boolean;
}

export const bossRules: MapRules = {
  groups: ['groupId', 'singletonKey'],
  drops: ['deadLetter', 'group', 'unique'],
};

/** The policies by which at most one job of a key runs at a time. */
const ONE_AT_A_TIME: readonly string[] = ['singleton', 'stately', 'key_strict_fifo'];
/** The policies by which at most one job of a key waits. */
const ONE_WAITS: readonly string[] = ['short', 'stately', 'exclusive'];

export function readBossJob(id: string, json: string): BossJob {
  return { ...(JSON.parse(json) as Omit<BossJob, 'id'>), id };
}

/** What a job is for BearMQ, or why it has to stay. */
export function oldJobOf(job: BossJob, queue: BossQueue, entry: MapEntry): OldJob | string {
  const reason = reasonToStay(job, queue, entry);
  if (reason !== undefined) return reason;
  const attempts = job.state === 'retry' ? job.retry_count + 1 : 0;
  const group = groupOf(job, queue, entry);
  return {
    origin: { system: 'pg-boss', queue: queue.name, id: job.id, key: job.singleton_key, attempts },
    overrides: {
      priority: job.priority,
      numAttempts: Math.max(1, job.retry_limit + 1 - attempts),
      ...pauseOf(job, attempts),
      ...(job.expire_seconds === null ? {} : { maxRunSecs: job.expire_seconds }),
      ...(job.is_delayed ? { runAt: new Date(msOf(job.start_after)) } : {}),
      ...(group === undefined ? {} : { jobGroup: group }),
    },
  };
}

/** The key of a job where the map says that keys are to be held; one of a whole queue is named by it. */
export function keyOf(job: BossJob, queue: BossQueue, entry: MapEntry): string | null {
  if (entry.unique === undefined || !isUnique(job, queue)) return null;
  return job.singleton_key ?? queue.name;
}

function reasonToStay(job: BossJob, queue: BossQueue, { unique, group, drop }: MapEntry): string | undefined {
  if (job.blocked === true || job.blocking === true) return 'is part of a flow: let pg-boss work it off';
  if (job.is_expired) return 'is past its retention: pg-boss is about to delete it';
  if (job.is_delayed && msOf(job.start_after) === Number.POSITIVE_INFINITY) return 'has a start that never comes';
  if (job.dead_letter !== null && !drop.includes('deadLetter')) {
    return 'has a dead letter queue: give its definition an onFailure, and the map "drop": ["deadLetter"]';
  }
  if (isUnique(job, queue) && unique === undefined && !drop.includes('unique')) {
    return 'is unique (its policy, or singletonSeconds): give the map "unique": "started" or "finished", or "drop": ["unique"]';
  }
  if ((job.group_id ?? null) !== null && group !== 'groupId' && !drop.includes('group')) {
    return 'has a group: give the map "group": "groupId" (one of it runs at a time, or the groupConcurrency of its definition), or "drop": ["group"]';
  }
  return undefined;
}

/** Whether its row keeps another one out. */
function isUnique({ singleton_on }: BossJob, { policy }: BossQueue): boolean {
  return singleton_on !== null || ONE_WAITS.includes(policy);
}

function groupOf(job: BossJob, { name, policy }: BossQueue, { group }: MapEntry): string | undefined {
  if (group === 'groupId') return job.group_id ?? undefined;
  if (group === 'singletonKey') return job.singleton_key ?? undefined;
  return ONE_AT_A_TIME.includes(policy) ? (job.singleton_key ?? name) : undefined;
}

/** Its doublings stop at the sixteenth. */
const MOST_DOUBLINGS = 16;

/** The pause before its next attempt; one that doubles goes on from where it was. */
function pauseOf(job: BossJob, attempts: number): Pick<EnqueueOverrides, 'backoff' | 'timeoutSecs'> {
  if (!job.retry_backoff) return { timeoutSecs: job.retry_delay };
  const first = Math.max(1, job.retry_delay);
  const maxSecs = job.retry_delay_max ?? first * 2 ** MOST_DOUBLINGS;
  const delaySecs = Math.min(first * 2 ** Math.min(attempts + 1, MOST_DOUBLINGS), maxSecs);
  return { backoff: { type: 'exponential', delaySecs, maxSecs, jitter: 'half' } };
}
