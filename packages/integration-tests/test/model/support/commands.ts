import type { ClaimedJob, Demand } from '@bearmq/core/internal';
import type fc from 'fast-check';
import type { Model, ModelJob } from './model.ts';
import type { Queue } from './queue.ts';
import { claimAs, compare, idOf, type Real, see, settleAs, workerOf } from './real.ts';
import { say, type Verdict } from './settle-rules.ts';

export type Command = fc.AsyncCommand<Model, Real>;

export interface EnqueueItem {
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
  readonly priority: number;
  readonly delaySecs: number;
  readonly numAttempts: number;
  readonly timeoutSecs: number;
}

/** One step: its name, its arguments for the log, and what it does to both. The database is compared after each. */
export function command(text: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await run(model, real);
      await compare(model, real);
    },
    toString: () => text,
  };
}

export const enqueueCommand = (items: readonly EnqueueItem[]): Command =>
  command(`enqueue(${items.map(shortly).join(', ')})`, async (model, { queue }) => {
    const first = model.nextNth;
    const jobs = items.map((item, i) => freshJob(item, first + i));
    for (const job of jobs) model.jobs.set(job.id, job);
    const rows = jobs.map(({ group, ...job }, i) => ({
      ...job,
      ...items[i],
      jobGroup: group,
      payloadText: '{}',
      extras: null,
    }));
    await queue.enqueue(rows as Parameters<Queue['enqueue']>[0]);
  });

/** The `nth` job of all, as it is when it is enqueued. */
export function freshJob(item: EnqueueItem, nth: number): ModelJob {
  const fresh = {
    attempt: 0,
    fence: 0,
    isStarted: false,
    worker: null,
    holds: false,
    isDue: false,
    isCancelled: false,
    isDone: false,
  } as const;
  return { ...item, ...fresh, state: item.delaySecs > 0 ? 'scheduled' : 'waiting', nth, id: idOf('a', nth) };
}

export const claimCommand = (number: number, names: readonly string[], demands: readonly Demand[]): Command =>
  command(`claim(worker ${number}, ${names}, ${JSON.stringify(demands)})`, async (model, real) => {
    const worker = await workerOf(model, real.queue, number);
    await claimAs(model, real, worker, names, demands);
  });

/** As a claimer does: again, as long as the answer says that there may be more. With nobody else about that must end. */
export const claimAllCommand = (number: number, names: readonly string[], demands: readonly Demand[]): Command =>
  command(`claim all(worker ${number}, ${names}, ${JSON.stringify(demands)})`, async (model, real) => {
    const worker = await workerOf(model, real.queue, number);
    const limit = 5 + model.jobs.size;
    for (let i = 0; await claimAs(model, real, worker, names, demands); i += 1) {
      see(real, 'claims told to ask again', 1);
      if (i > limit) throw new Error('the claimer is told to ask again for ever');
    }
  });

/** The claim was made, but its answer never came. A copy of it that comes late must claim nothing. */
export const lostClaimCommand = (number: number, names: readonly string[], demands: readonly Demand[]): Command =>
  command(`claim, answer lost(worker ${number}, ${names}, ${JSON.stringify(demands)})`, async (model, real) => {
    const { queue } = real;
    const worker = await workerOf(model, queue, number);
    const known = [...worker.claims];
    await claimAs(model, real, worker, names, demands);
    const unknown = worker.claims.filter((claim) => !known.includes(claim));
    worker.claims = known;
    const before = { id: worker.id, generation: worker.generation };
    const generation = await queue.reconcile(worker.id, worker.generation + 1, known);
    if (generation === null) throw new Error('a live worker lost its lease');
    worker.generation = generation;
    see(real, 'jobs of lost answers', unknown.length);
    for (const claim of unknown) {
      const job = model.holds(claim);
      if (job !== undefined) model.release(job, 'is given back');
    }
    const late = await queue.claim(before, names, demands);
    if (late.isLeaseHeld || late.jobs.length > 0) throw new Error('a claim of an earlier generation was answered');
  });

export const settleCommand = (
  number: number,
  picks: readonly { readonly nth: number; readonly verdict: Verdict }[],
): Command =>
  command(`settle(worker ${number}, ${picks.map(({ nth, verdict }) => `${nth} ${verdict}`)})`, async (model, real) => {
    // Numbers past the live workers are the dead ones, who do not know it.
    const worker = model.workers.get(number) ?? model.zombies[number % Math.max(1, model.zombies.length)];
    if (worker === undefined || worker.claims.length === 0) return;
    const verdicts = new Map<ClaimedJob, Verdict>();
    for (const { nth, verdict } of picks)
      verdicts.set(worker.claims[nth % worker.claims.length] as ClaimedJob, verdict);
    const said = say([...verdicts].map(([claim, verdict]) => ({ claim, verdict })));
    await settleAs(model, real, said);
    const over = new Set(said.outcomes.map(({ job }) => job));
    worker.claims = worker.claims
      .filter((claim) => !over.has(claim))
      .map((claim) => (said.started.includes(claim) ? { ...claim, isStarted: true } : claim));
  });

export const settleAgainCommand = (): Command =>
  command('settle again', async (model, real) => {
    if (real.lastSaid !== undefined) await settleAs(model, real, real.lastSaid);
  });

/** The lease runs out; a rescue follows, unless a session of the process still stands. */
export const expireCommand = (number: number, session: 'gone' | 'stands'): Command =>
  command(`expire(worker ${number}, session ${session})`, async (model, real) => {
    const { queue } = real;
    const worker = model.workers.get(number);
    if (worker === undefined) return;
    const key = session === 'gone' ? null : HELD_KEY;
    await queue.rows(`update {s}.process set expires_at = now() - interval '1 hour', session_key = $1 where id = $2`, [
      key,
      worker.id,
    ]);
    const rescued = await queue.rescue();
    if (session === 'gone') model.bury(number);
    else await queue.rows(`update {s}.process set expires_at = now() + interval '1 hour' where id = $1`, [worker.id]);
    see(real, 'jobs rescued', rescued.filter(({ kind }) => kind === 'job').length);
    const workers = rescued.filter(({ kind }) => kind === 'process').length;
    if (workers !== (session === 'gone' ? 1 : 0)) throw new Error(`rescued: ${JSON.stringify(rescued)}`);
  });

/** The advisory lock that a session of each test file holds all the time: a shared one, so that none waits for another. */
export const HELD_KEY = 4_711;

/** A group's jobs run for longer than the upper bound: it is opened, though they go on. */
export const unlockCommand = (group: string): Command =>
  command(`unlock(${group})`, async (model, real) => {
    const { queue } = real;
    await queue.rows(`update {s}.job_group set locked_at = locked_at - interval '1 day' where name = $1`, [group]);
    await queue.rows(`update {s}.job set claimed_at = claimed_at - interval '1 day' where job_group = $1`, [group]);
    const opened = (await queue.rescue()).map((one) => (one.kind === 'group' ? one.jobGroup : one.kind));
    const should = model.isBusy(group) ? [group] : [];
    if (JSON.stringify(opened) !== JSON.stringify(should)) throw new Error(`opened ${opened} instead of ${should}`);
    see(real, 'groups opened by force', opened.length);
    for (const job of model.jobs.values()) if (job.group === group) job.holds = false;
  });

export const becomeDueCommand = (every: number): Command =>
  command(`become due(every ${every}.)`, async (model, { queue }) => {
    const due = [...model.jobs.values()].filter(
      ({ state, nth }) => state === 'scheduled' && Math.floor(nth) % every === 0,
    );
    for (const job of due) job.isDue = true;
    await queue.rows(`update {s}.job set run_at = now() - interval '1 s' where id = any ($1)`, [
      due.map(({ id }) => id),
    ]);
  });

export const pruneCommand = (pageSize: number): Command =>
  command(`prune(pages of ${pageSize})`, async (model, real) => {
    const { queue } = real;
    const { groups } = await queue.checkedSnapshot();
    const used = new Set([...model.jobs.values()].map(({ group }) => group));
    const unused = groups.map(({ name }) => name).filter((name) => !used.has(name) && !model.most.has(`group ${name}`));
    const pruned = await queue.pruneGroups(pageSize);
    see(real, 'groups pruned', pruned.length);
    if (JSON.stringify([...pruned].sort()) !== JSON.stringify(unused)) {
      throw new Error(`pruned ${JSON.stringify(pruned)}, unused were ${JSON.stringify(unused)}`);
    }
  });

/** What jobs of a group, a name or a channel may do; `null`: what they do by default. */
export const limitCommand = (kind: 'group' | 'name' | 'channel', key: string, most: number | null): Command =>
  command(`limit(${kind} ${key}, ${most})`, async (model, real) => {
    await real.queue.limit(kind, key, most);
    if (most === null) model.most.delete(`${kind} ${key}`);
    else model.most.set(`${kind} ${key}`, most);
    see(real, 'limits set', 1);
  });

export const selfCheckCommand = (): Command =>
  command('self-check', async (_model, { queue }) => {
    const found = await queue.selfCheck();
    if (found.length > 0) throw new Error(`the self-check found ${JSON.stringify(found)}`);
  });

/** Everything runs to its end: whatever is left over by then was lost. */
export async function finish(model: Model, real: Real, names: readonly string[]): Promise<void> {
  const all: Demand = { channels: null, slots: 5, ahead: 3, maxPerGroup: 3 };
  const worker = await workerOf(model, real.queue, 0);
  for (let i = 0; model.jobs.size > 0; i += 1) {
    if (i > 100) throw new Error(`these are never given: ${JSON.stringify([...model.jobs.values()])}`);
    await becomeDueCommand(1).run(model, real);
    await claimAs(model, real, worker, names, [all]);
    for (const { claims } of model.workers.values()) {
      await settleAs(model, real, say(claims.splice(0).map((claim) => ({ claim, verdict: 'succeeded' }))));
    }
  }
  await pruneCommand(10).run(model, real);
}

export function shortly({ name, channel, group, priority, delaySecs, numAttempts, timeoutSecs }: EnqueueItem): string {
  return `${channel}/${name} in ${group} at ${priority} after ${delaySecs}, ${numAttempts} x ${timeoutSecs}`;
}
