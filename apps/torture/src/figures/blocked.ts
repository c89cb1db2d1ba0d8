import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import type { ContextSettings } from 'bearmq';
import { monotonicMs } from '../ledger/now.ts';
import { asAdmin } from '../run/admin.ts';
import { QUOTED_SCHEMA } from '../settings.ts';
import type { Actor } from './actor.ts';
import type { ActorFact } from './actors/config.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { Stage } from './stage.ts';
import { table } from './table.ts';

export interface BlockedOptions extends FigureOptions {
  readonly blockMs: number;
  /** Of the process with the job that blocks: what is not at its default. */
  readonly settings: ContextSettings;
}

const WITH_LOCK = 5;
/** These only poll, so nothing but the lease stands for them: they show that it is the lock that helps the others. */
const WITHOUT_LOCK = 2;
const RATE_PER_SEC = 100;
/** For how long others are watched before, as a share of the time of the block. */
const BEFORE_SHARE = 1 / 6;
/** A rescuer looks once a second at most, and whoever was blocked settles its job. */
const AFTER_MS = 5_000;
const LOCKED_MS = 30_000;

/** Whether event loops that are blocked for longer than their lease are taken for dead, and what others notice of it. */
export async function blocked({ blockMs, settings, note, interrupted }: BlockedOptions): Promise<Figure> {
  return await Stage.with(async (stage) => {
    const count = WITH_LOCK + WITHOUT_LOCK;
    note(`${stage.server.label}: ${count} workers block for ${blockMs / 1000} s, others work ${RATE_PER_SEC} jobs/s`);
    const others = [
      await stage.enter({ name: 'other 1', role: 'worker', settings, concurrency: 10 }),
      await stage.enter({ name: 'other 2', role: 'worker', settings, concurrency: 10 }),
    ];
    await stage.enter({ name: 'producer', role: 'producer', settings, ratePerSec: RATE_PER_SEC });
    const workers = await Promise.all(
      Array.from({ length: count }, async (_, nth) => {
        const lock = nth < WITH_LOCK ? 'held' : 'none';
        const own = { ...settings, wakeUp: lock === 'held' ? 'auto' : 'poll' } as const;
        const name = `blocked ${nth}`;
        return { lock, worker: await stage.enter({ name, role: 'worker', settings: own, channels: [name] }) } as const;
      }),
    );
    await locksHeld(stage, others.length + WITH_LOCK);
    const beforeFrom = monotonicMs();
    await wait(blockMs * BEFORE_SHARE, undefined, { signal: interrupted });
    const from = monotonicMs();
    const blocking = await Promise.all(workers.map(async (one) => await block(stage, one, blockMs, others)));
    await wait(blockMs * 0.8, undefined, { signal: interrupted });
    const expired = await leases(stage, 'expires_at < now()');
    note(`${expired} leases are over, and not taken away`);
    await wait(from + blockMs - monotonicMs(), undefined, { signal: interrupted });
    const to = monotonicMs();
    await wait(AFTER_MS, undefined, { signal: interrupted });
    const facts = stage.facts();
    const twice = (lock: 'held' | 'none'): number =>
      blocking.filter((one) => one.lock === lock && facts.filter(({ jobId }) => jobId === one.jobId).length > 1).length;
    const own = new Set(blocking.map(({ jobId }) => jobId));
    const elsewhere = facts.filter(({ jobId }) => !own.has(jobId));
    return {
      title: `Event loops blocked for ${blockMs / 1000} s`,
      tables: [
        table(
          ['', 'jobs', 'leases over meanwhile', 'run twice'],
          [
            ['with a session lock', String(WITH_LOCK), String(expired), String(twice('held'))],
            [`without (\`wakeUp: 'poll'\`)`, String(WITHOUT_LOCK), String(WITHOUT_LOCK), String(twice('none'))],
          ],
        ),
        '',
        table(
          ['everybody else', 'jobs/s', 'wait, p50', 'wait, p99'],
          [
            ['before', ...work(elsewhere, beforeFrom, from)],
            ['meanwhile', ...work(elsewhere, from, to)],
          ],
        ),
      ],
      missed: [
        ...(twice('held') === 0 ? [] : ['a job whose worker held a session lock ran twice']),
        ...(expired === WITH_LOCK ? [] : [`${expired} leases were over and not taken away, not ${WITH_LOCK}`]),
      ],
    };
  });
}

interface Blocking {
  readonly lock: 'held' | 'none';
  readonly worker: Actor;
}

/** Has a worker begin a job that blocks; from then on others would take it, were it taken for dead. */
async function block(
  stage: Stage,
  { lock, worker }: Blocking,
  ms: number,
  others: readonly Actor[],
): Promise<{ readonly lock: Blocking['lock']; readonly jobId: string }> {
  const channel = worker.name;
  const jobId = await stage.job.enqueue({ sentAt: null, does: 'block', ms }, { channel, numAttempts: 2 });
  await worker.hear((word) => word.says === 'began');
  for (const other of others) other.order({ to: 'take', channel });
  return { lock, jobId };
}

/** Resolves when so many processes have their locks, and have told so. */
async function locksHeld(stage: Stage, count: number): Promise<void> {
  for (const until = monotonicMs() + LOCKED_MS; (await leases(stage, 'session_key is not null')) < count; ) {
    if (monotonicMs() > until) throw new Error(`${count} session locks were not taken within ${LOCKED_MS} ms`);
    await wait(100);
  }
}

async function leases(stage: Stage, where: string): Promise<number> {
  return await asAdmin(stage.server.url, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from ${QUOTED_SCHEMA}.process where ${where}`,
    );
    return rows[0]?.n ?? Number.NaN;
  });
}

/** The rate of the runs begun in that time, and how long they had waited. */
function work(facts: readonly ActorFact[], from: number, to: number): readonly string[] {
  const begun = facts.filter(({ at }) => at >= from && at < to);
  const waits = begun.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
  const show = (share: number): string => `${percentile(waits, share).toFixed(1)} ms`;
  return [((begun.length / (to - from)) * 1000).toFixed(1), show(0.5), show(0.99)];
}
