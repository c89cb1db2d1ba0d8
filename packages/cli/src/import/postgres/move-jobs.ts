import type { Driver, SqlSession } from '@bearmq/core/driver';
import type { StopRequests } from '../../stop-requests.ts';
import type { Addressed, Enqueued, ImportedJobs } from '../enqueue-jobs.ts';
import type { LeftJob } from '../old-job.ts';
import type { ImportReport } from '../report.ts';
import type { Candidate, Place, Scope } from './scope.ts';

/** How many jobs are moved in one transaction, and about how much of their payloads. */
const PAGE = 500;
const PAGE_BYTES = 8 * 1024 * 1024;

export interface MoveOptions {
  readonly driver: Driver;
  readonly jobs: ImportedJobs;
  readonly report: ImportReport;
  readonly requests: StopRequests;
  /** Each transaction is rolled back. */
  readonly isTrial: boolean;
  readonly onPage: () => void;
}

interface Page {
  readonly last: Place | undefined;
  readonly enqueued: Enqueued;
  readonly stay: readonly LeftJob[];
}

/**
 * Moves the waiting jobs of a scope, a page in a transaction: locked there, enqueued here, deleted there. A worker of the
 * other system either has a job locked, and it is passed by, or finds it gone once the page has committed.
 *
 * @returns whether it came to the end, and was not asked to stop.
 */
export async function moveJobs(scope: Scope, options: MoveOptions): Promise<boolean> {
  for (let after: Place | undefined; ; ) {
    const { last, enqueued, stay } = await movePage(scope, after, options);
    for (const { job, name } of enqueued.moved) options.report.addMoved(job.origin.queue, name, 1);
    options.report.merged += enqueued.merged.length;
    for (const job of [...stay, ...enqueued.left]) options.report.addLeft(job);
    if (last === undefined) return true;
    after = last;
    options.onPage();
    if (await options.requests.within(0)) return false;
  }
}

async function movePage(scope: Scope, after: Place | undefined, { driver, jobs, isTrial }: MoveOptions): Promise<Page> {
  let page: Page | undefined;
  try {
    await driver.transaction(async (tx) => {
      page = await moveIn(tx, scope, after, jobs);
      if (isTrial) throw new DryRunError();
    });
  } catch (error) {
    if (!(error instanceof DryRunError)) throw error;
  }
  if (page === undefined) throw new Error('the transaction ended without a page'); // it throws, or has made one
  return page;
}

/** Ends a transaction that is not to be committed. */
class DryRunError extends Error {}

async function moveIn(tx: SqlSession, scope: Scope, after: Place | undefined, jobs: ImportedJobs): Promise<Page> {
  const { page, payloads } = await readUpToBytes(tx, scope, await scope.lock(tx, after, PAGE));
  const stay = page.flatMap(({ id, queue, job }): LeftJob[] =>
    typeof job === 'string' ? [{ queue, id, reason: job }] : [],
  );
  const enqueued = await jobs.enqueue(
    page.filter(isMovable).map((candidate) => addressed(candidate, payloads.get(candidate.id))),
    { tx },
  );
  const moved = enqueued.moved.map(({ job }) => job.origin.id);
  if (moved.length > 0) await scope.remove(tx, moved);
  return { last: page.at(-1)?.place, enqueued, stay };
}

interface Payloads {
  readonly page: readonly Candidate[];
  readonly payloads: ReadonlyMap<string, string>;
}

/** At least one, and no more than fit into memory well. The locks of the others end with the transaction. */
async function readUpToBytes(tx: SqlSession, scope: Scope, locked: readonly Candidate[]): Promise<Payloads> {
  const page: Candidate[] = [];
  const payloads = new Map<string, string>();
  let bytes = 0;
  while (page.length < locked.length && bytes < PAGE_BYTES) {
    const part = upToBytes(locked.slice(page.length));
    const ids = part.filter(isMovable).map(({ id }) => id);
    for (const [id, payload] of ids.length === 0 ? [] : await scope.payloads(tx, ids)) {
      payloads.set(id, payload);
      bytes += payload.length;
    }
    page.push(...part);
  }
  return { page, payloads };
}

function isMovable({ job }: Candidate): boolean {
  return typeof job !== 'string';
}

function addressed({ job, entry, unique }: Candidate, payload: string | undefined): Addressed {
  if (typeof job === 'string') throw new Error('a job that stays is not moved');
  return {
    name: entry.name,
    hold: unique === null || entry.unique === undefined ? undefined : { until: entry.unique },
    job: {
      ...job,
      overrides: { ...job.overrides, ...(entry.channel === undefined ? {} : { channel: entry.channel }) },
      payload: payload === undefined ? null : JSON.parse(payload),
      unique,
    },
  };
}

/** At least one, and no more than are read at once. */
function upToBytes(candidates: readonly Candidate[]): readonly Candidate[] {
  let bytes = 0;
  const end = candidates.findIndex((candidate) => {
    if (isMovable(candidate)) bytes += candidate.mostBytes;
    return bytes > PAGE_BYTES;
  });
  return end === -1 ? candidates : candidates.slice(0, Math.max(1, end));
}
