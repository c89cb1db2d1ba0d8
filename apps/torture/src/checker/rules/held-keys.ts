import { UNIQUE } from '../../settings.ts';
import type { Account } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Inserted, TRANSLATION_MS } from '../history.ts';

/** The jobs with keys, by name and key, in the order in which they were inserted. */
export function keyedJobs({ history, plans }: Account): ReadonlyMap<string, readonly Inserted[]> {
  const keyed = history.inserted.filter(({ jobId, name }) => name in UNIQUE && plans.has(jobId));
  return grouped(
    [...keyed].sort((a, b) => a.at - b.at),
    ({ jobId, name }) => `${name} ${plans.get(jobId)?.unique}`,
  );
}

/** Until when a job held its key at least: its time counts from some moment after the call. */
export function heldUntil(job: Inserted, account: Account): number {
  const { forSecs = 0 } = UNIQUE[job.name] ?? {};
  const byTime = (account.plans.get(job.jobId)?.calledAt ?? 0) + forSecs * 1000 - TRANSLATION_MS;
  return Math.max(forSecs > 0 ? byTime : -Infinity, Math.min(startedAt(job, account), overAt(job, account)));
}

/**
 * Until when a job of which the key is held to its end may have been seen with it at most. Its row is stamped when it is
 * deleted, and is seen until the commit, which may wait for the disk or a server that is held up: over it is for certain
 * when somebody was told so, or another had the key.
 */
export function seenUntil(job: Inserted, keys: ReadonlyMap<string, readonly Inserted[]>, account: Account): number {
  const { jobId, name, at } = job;
  const over = overAt(job, account);
  const told = account.history.events.filter((event) => event.jobId === jobId && OVER.includes(event.type));
  const cancelled = account.history.cancels.filter((one) => one.jobId === jobId && one.became === 'cancelled');
  const next = (keys.get(`${name} ${account.plans.get(jobId)?.unique}`) ?? []).find((one) => one.at > at);
  const known = [...told.map((event) => event.at), ...cancelled.map(({ toldAt }) => toldAt ?? Infinity)];
  const goneAt = Math.min(...known.filter((one) => one >= over - TRANSLATION_MS), next?.at ?? Infinity);
  return Math.max(at + (UNIQUE[name]?.forSecs ?? 0) * 1000, goneAt);
}

/** What a process tells when it knows that a job is over. */
const OVER: readonly string[] = ['WORKER_JOB_RUN_SUCCESS', 'WORKER_JOB_EXPIRE', 'WORKER_JOB_CANCEL'];

/** When it was first claimed. */
export function claimedAt(jobId: string, { claimsOf }: Account): number {
  return claimsOf.get(jobId)?.[0]?.at ?? Infinity;
}

function startedAt({ jobId, name }: Inserted, account: Account): number {
  return UNIQUE[name]?.until === 'started' ? claimedAt(jobId, account) : Infinity;
}

/** When its row went. */
function overAt({ jobId }: Inserted, { finalsOf, history }: Account): number {
  const gone = [...(finalsOf.get(jobId) ?? []), ...history.deleted.filter((one) => one.jobId === jobId)];
  return Math.min(Infinity, ...gone.map(({ at }) => at));
}
