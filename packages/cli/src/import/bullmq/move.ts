import type { StopRequests } from '../../stop-requests.ts';
import type { Addressed, ImportedJobs, KeyHold } from '../enqueue-jobs.ts';
import type { JobMap } from '../job-map.ts';
import type { ImportReport } from '../report.ts';
import { entryOf, IN_A_FLOW, movableJobOf, reasonToStay } from './bullmq-job.ts';
import type { BullJob, OpenQueue } from './bullmq-types.ts';
import { TakenJobs } from './take.ts';

/** How many jobs are on their way at a time. */
const PAGE = 200;

/** A week: an import that did not end is to be run again before. */
const HOLD: KeyHold = { until: 'deleted', forSecs: 7 * 86_400 };

export interface MoveOptions {
  readonly open: OpenQueue;
  /** The ids of the job schedulers that are there. */
  readonly schedulers: ReadonlySet<string>;
  readonly map: JobMap;
  readonly jobs: ImportedJobs;
  readonly report: ImportReport;
  readonly requests: StopRequests;
  readonly isTrial: boolean;
  readonly onPage: () => void;
}

/**
 * Moves the waiting jobs of a queue of BullMQ. Each is first taken out of what its workers look at, in one step of Redis that
 * also notes it down; then enqueued, with a unique key that is made of its id; then deleted in Redis. Whatever ends the import
 * in between, the next one goes on with those that are noted down, and meets the key of what was enqueued: no job is lost,
 * and none runs in both systems, as long as Redis keeps what it acknowledged.
 *
 * @returns whether it came to the end, and was not asked to stop.
 */
export async function moveJobs(options: MoveOptions): Promise<boolean> {
  const { open, isTrial, requests, onPage } = options;
  const taken = new TakenJobs(open);
  if (!isTrial) await carry(options, taken, await taken.all());
  const ids = await waitingIds(open);
  for (let from = 0; from < ids.length; from += PAGE) {
    const movable = await movableOf(options, ids.slice(from, from + PAGE));
    if (!isTrial) {
      const ours = await taken.take(movable);
      const due = ours.size === 0 ? new Map<string, number>() : await taken.all();
      await carry(options, taken, new Map([...due].filter(([id]) => ours.has(id))));
    }
    onPage();
    if (await requests.within(0)) return false;
  }
  return true;
}

/** All that waits now, the oldest first: what comes later is left out, so that it ends. */
async function waitingIds({ queue, client }: OpenQueue): Promise<readonly string[]> {
  const [wait, paused, prioritized, delayed] = await Promise.all([
    client.lrange(queue.toKey('wait'), 0, -1),
    client.lrange(queue.toKey('paused'), 0, -1),
    client.zrange(queue.toKey('prioritized'), 0, -1),
    client.zrange(queue.toKey('delayed'), 0, -1),
  ]);
  return [...[...wait].reverse(), ...[...paused].reverse(), ...prioritized, ...delayed];
}

/** The ids of those of a page that still wait and can be moved; the others are told of. */
async function movableOf(
  { open, schedulers, map, jobs, report, isTrial }: MoveOptions,
  ids: readonly string[],
): Promise<readonly string[]> {
  const addressed: Addressed[] = [];
  for (const { id, job, hasChildren } of await readWithChildren(open, ids)) {
    const entry = entryOf(map, open.name, job.name);
    const reason = hasChildren ? IN_A_FLOW : reasonToStay(job, entry, schedulers);
    if (typeof reason === 'string') report.addLeft({ queue: open.name, id, reason });
    else addressed.push({ name: reason.name, hold: HOLD, job: movableJobOf(open.name, id, job, reason, 0) });
  }
  const { moved, left } = await jobs.check(addressed);
  for (const job of left) report.addLeft(job);
  if (isTrial) for (const { name } of moved) report.addMoved(open.name, name, 1);
  return moved.map(({ job }) => job.origin.id);
}

/** Enqueues jobs that were taken, and deletes them in Redis. */
async function carry(options: MoveOptions, taken: TakenJobs, due: ReadonlyMap<string, number>): Promise<void> {
  const { open, map, jobs, report } = options;
  const found = await read(open, [...due.keys()]);
  const there = new Map(found.map(({ id, job }) => [id, job]));
  await taken.forget([...due.keys()].filter((id) => !there.has(id))); // enqueued and deleted before
  const addressed = found.flatMap(({ id, job }): Addressed[] => {
    const entry = entryOf(map, open.name, job.name);
    if (entry !== undefined) {
      return [{ name: entry.name, hold: HOLD, job: movableJobOf(open.name, id, job, entry, due.get(id) ?? 0) }];
    }
    report.addLeft({ queue: open.name, id, reason: 'was taken by an import that did not end: give the map its entry' });
    return [];
  });
  const { moved, left } = await jobs.enqueue(addressed);
  for (const job of left) report.addLeft(job);
  for (const { name } of moved) report.addMoved(open.name, name, 1);
  const gone = moved.map(({ job }) => job.origin.id);
  await Promise.all(gone.map((id) => there.get(id)?.remove()));
  await taken.forget(gone);
}

interface Found {
  readonly id: string;
  readonly job: BullJob;
}

/** Whether it has jobs beneath it: their results are with it, and nowhere else. */
async function readWithChildren(
  open: OpenQueue,
  ids: readonly string[],
): Promise<readonly (Found & { readonly hasChildren: boolean })[]> {
  const keyOf = (id: string, what: string): string => open.queue.toKey(`${id}:${what}`);
  const found = await read(open, ids);
  return await Promise.all(
    found.map(async (one) => ({
      ...one,
      hasChildren: (await open.client.exists(keyOf(one.id, 'processed'), keyOf(one.id, 'dependencies'))) > 0,
    })),
  );
}

async function read({ queue }: OpenQueue, ids: readonly string[]): Promise<readonly Found[]> {
  const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
  return jobs.flatMap((job, i) => (job === undefined || job === null ? [] : [{ id: ids[i] ?? '', job }]));
}
