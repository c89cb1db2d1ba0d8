import { cancelJobs, changeJobs, deleteJobs, type JobsTouched, retryJobs, runJobsNow } from '@bearmq/core/internal';
import { type Command, command } from './commands.ts';
import type { Model, ModelJob } from './model.ts';
import { type Real, see } from './real.ts';

/** Jobs by their numbers, over or not; one number may be no job. */
type Picks = readonly number[];

const idsOf = (model: Model, picks: Picks): readonly string[] => {
  const all = [...model.jobs.keys(), ...model.finalized.keys()].toSorted();
  return [...new Set(picks.flatMap((nth) => all[nth % (all.length + 1)] ?? []))];
};

/** With nobody else about nothing is busy, and each job is told of once. */
function judge(real: Real, what: string, { jobs }: JobsTouched, should: ReadonlyMap<string, string>): void {
  const told = JSON.stringify(jobs.map(({ jobId, what: is }) => [jobId, is]).toSorted());
  const expected = JSON.stringify([...should].toSorted());
  if (told !== expected) throw new Error(`${what} told ${told} instead of ${expected}`);
  for (const became of should.values()) see(real, `jobs ${became} by a ${what}`, 1);
}

export const cancelCommand = (picks: Picks): Command =>
  command(`cancel(${picks})`, async (model, real) => {
    const { session, tables } = real.queue;
    const should = new Map<string, string>();
    for (const id of idsOf(model, picks)) {
      const job = model.jobs.get(id);
      should.set(id, job === undefined || job.isDone ? 'over' : job.state === 'running' ? 'running' : 'cancelled');
      if (job?.state === 'running') job.isCancelled ||= !job.isDone;
      else if (job !== undefined) model.finalize(job, 'cancelled', job.attempt);
    }
    const told = await cancelJobs(session, tables, { ids: [...should.keys()], reason: null, finalized: 'keep' });
    judge(real, 'cancel', told, should);
  });

/** A work function completes its job in a transaction of its own; a process that has lost the job cannot. */
export const completeCommand = (number: number, nth: number): Command =>
  command(`complete(worker ${number}, ${nth})`, async (model, real) => {
    const worker = model.workers.get(number) ?? model.zombies[number % Math.max(1, model.zombies.length)];
    const claim = worker?.claims[nth % Math.max(1, worker.claims.length)];
    if (claim === undefined || claim.attempt > claim.numAttempts || claim.extras !== null) return;
    const job = model.holds(claim);
    const should = job === undefined ? 'lost' : !job.isDone;
    const told = await real.queue.complete(claim).catch(() => 'lost' as const);
    if (told !== should) throw new Error(`complete told ${told} instead of ${should}`);
    if (job === undefined) return see(real, 'completions that were refused', 1);
    see(real, 'jobs completed', 1);
    Object.assign(job, { isDone: true, isStarted: true, attempt: claim.attempt });
  });

export const retryCommand = (picks: Picks): Command =>
  command(`retry(${picks})`, async (model, real) => {
    const { session, tables } = real.queue;
    const should = new Map<string, string>();
    for (const id of idsOf(model, picks)) {
      const over = model.finalized.get(id);
      const what = over === undefined ? 'unfinished' : over.outcome === 'succeeded' ? 'succeeded' : 'retried';
      should.set(id, what);
      if (over !== undefined && what === 'retried') model.putBack(id, over);
    }
    judge(real, 'retry', await retryJobs(session, tables, { ids: [...should.keys()], delaySecs: 0 }), should);
  });

export const deleteCommand = (picks: Picks): Command =>
  command(`delete(${picks})`, async (model, real) => {
    const { session, tables } = real.queue;
    const should = new Map<string, string>();
    for (const id of idsOf(model, picks)) {
      const isRunning = model.jobs.get(id)?.state === 'running';
      should.set(id, isRunning ? 'running' : 'deleted');
      if (isRunning) continue;
      model.jobs.delete(id);
      model.finalized.delete(id);
      model.deleted += 1;
    }
    judge(real, 'delete', await deleteJobs(session, tables, { ids: [...should.keys()] }), should);
  });

export const changeCommand = (picks: Picks, to: Partial<Pick<ModelJob, 'priority' | 'channel'>>): Command =>
  command(`change(${picks} to ${JSON.stringify(to)})`, async (model, real) => {
    const { session, tables } = real.queue;
    const should = new Map<string, string>();
    for (const id of idsOf(model, picks)) {
      const job = model.jobs.get(id);
      should.set(id, job === undefined ? 'over' : job.state === 'running' ? 'running' : 'changed');
      if (job !== undefined && job.state !== 'running') Object.assign(job, to);
    }
    const input = { ids: [...should.keys()], priority: to.priority ?? null, channel: to.channel ?? null };
    judge(real, 'change', await changeJobs(session, tables, input), should);
  });

export const runNowCommand = (picks: Picks): Command =>
  command(`run now(${picks})`, async (model, real) => {
    const { session, tables } = real.queue;
    const should = new Map<string, string>();
    for (const id of idsOf(model, picks)) {
      const job = model.jobs.get(id);
      const what = { scheduled: 'promoted', waiting: 'waiting', running: 'running' } as const;
      should.set(id, job === undefined ? 'over' : what[job.state]);
      if (job?.state === 'scheduled') model.wait(job);
    }
    judge(real, 'run now', await runJobsNow(session, tables, { ids: [...should.keys()] }), should);
  });
