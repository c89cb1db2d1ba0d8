import type { ClaimedJob, Demand } from '@bearmq/core/internal';
import { acceptClaim } from './claim-rules.ts';
import { differences } from './comparison.ts';
import type { Model, ModelWorker } from './model.ts';
import type { Queue } from './queue.ts';
import { acceptSettle, type Said } from './settle-rules.ts';

/** The queue under test, and what commands remember of it besides the model. */
export interface Real {
  readonly queue: Queue;
  readonly seen: Sightings;
  /** The last settle, to be sent again. */
  lastSaid: Said | undefined;
}

/** How often each thing worth meeting was met. */
export type Sightings = Map<string, number>;

export function see({ seen }: Real, what: string, times: number): void {
  seen.set(what, (seen.get(what) ?? 0) + times);
}

/** @throws Error when the database is not what the model says. */
export async function compare(model: Model, real: Real): Promise<void> {
  const snapshot = await real.queue.checkedSnapshot();
  see(real, 'steps', 1);
  see(real, 'blocked jobs', snapshot.jobs.filter(({ state }) => state === 'blocked').length);
  const found = differences(model, snapshot);
  if (found.length > 0) throw new Error(`database and model differ:\n${found.join('\n')}`);
}

/** Resolves to whether to ask again. */
export async function claimAs(
  model: Model,
  real: Real,
  worker: ModelWorker,
  names: readonly string[],
  demands: readonly Demand[],
): Promise<boolean> {
  const result = await real.queue.claim(worker, names, demands);
  if (!result.isLeaseHeld) throw new Error('a live worker lost its lease');
  model.promoteDue();
  if ((result.nextDueMs === null) !== [...model.jobs.values()].every(({ state }) => state !== 'scheduled')) {
    throw new Error(`the next scheduled job is said to be due in ${result.nextDueMs} ms`);
  }
  acceptClaim(model, worker, names, demands, result);
  const claims = result.jobs.flat();
  see(real, 'jobs claimed', claims.length);
  see(real, 'jobs claimed ahead', claims.filter(({ isStarted }) => !isStarted).length);
  see(real, 'jobs that follow in a run', followers(claims));
  see(
    real,
    'jobs claimed with no attempt left',
    claims.filter(({ attempt, numAttempts }) => attempt > numAttempts).length,
  );
  return result.mayHaveMore;
}

export async function settleAs(model: Model, real: Real, said: Said): Promise<void> {
  const should = [...acceptSettle(model, said)].sort();
  const lost = [...(await real.queue.settle(said))].sort();
  real.lastSaid = said;
  see(real, 'jobs settled', said.outcomes.length);
  see(real, 'settles of a lost claim', lost.length);
  if (JSON.stringify(lost) !== JSON.stringify(should)) throw new Error(`lost ${lost} instead of ${should}`);
}

export async function workerOf(model: Model, queue: Queue, number: number): Promise<ModelWorker> {
  const known = model.workers.get(number);
  if (known !== undefined) return known;
  const worker = { id: idOf('b', 1 + model.workers.size + model.zombies.length), generation: 0, claims: [] };
  model.workers.set(number, worker);
  await queue.register(worker.id);
  return worker;
}

function followers(claims: readonly ClaimedJob[]): number {
  const groups = claims.flatMap(({ jobGroup }) => (jobGroup === null ? [] : [jobGroup]));
  return groups.length - new Set(groups).size;
}

/** An id that can be read: the ninth job is …-a00000000009. */
export function idOf(kind: string, nth: number): string {
  return `00000000-0000-7000-8000-${kind}${String(nth).padStart(11, '0')}`;
}
