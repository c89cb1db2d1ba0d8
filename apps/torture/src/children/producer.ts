import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, type EnqueueOverrides, fromPg, type SubmitOutcome, type TransactionOption } from 'bearmq';
import type { Plan } from '../ledger/facts.ts';
import { monotonicMs } from '../ledger/now.ts';
import { Random } from '../random.ts';
import { LIMITED, UNIQUE } from '../settings.ts';
import type { Cast } from './cast.ts';
import { type Definitions, define } from './definitions.ts';
import { onOrder, say } from './orders.ts';
import { drawPlans, openingPlans, plansFor, plansHeldOpen } from './plans.ts';
import type { Payload } from './work-function.ts';

/** The pause between two calls: some 25 calls a second, and some 50 jobs. */
const PAUSE_MS = 40;
const ROLLED_BACK_SHARE = 0.3;

/** Enqueues in every way there is, and writes down what it was told of each. */
export async function produce(cast: Cast): Promise<void> {
  const { config, stopped } = cast;
  const { jobs } = define(cast);
  const random = new Random(config.seed, config.name);
  const producer = new Producer(cast, jobs);
  let count = 0;
  const nextKey = (): string => `${config.name}-${++count}`;
  const underWay = new Set<Promise<void>>();
  const start = (plans: readonly Plan[], end: 'commit' | 'rollback', heldMs = 0): void => {
    const call = producer.enqueue(plans, end, heldMs).finally(() => underWay.delete(call));
    underWay.add(call);
  };
  onOrder('enqueue', (order) => {
    for (const plan of plansFor(order, random, nextKey)) start([plan], 'commit');
  });
  onOrder('hold open', ({ secs }) => start(plansHeldOpen(random, nextKey), 'commit', secs * 1000));
  let isOver = false;
  void stopped.then(() => {
    isOver = true;
  });
  say({ says: 'ready' });
  for (const plan of openingPlans(random, nextKey)) start([plan], 'commit');
  while (!isOver) {
    start(drawPlans(random, nextKey), random.chance(ROLLED_BACK_SHARE) ? 'rollback' : 'commit');
    await wait(PAUSE_MS);
    if (underWay.size >= 8) await Promise.race(underWay); // the database is slow, or away
  }
  await Promise.all(underWay);
}

class Producer {
  readonly #cast: Cast;
  readonly #jobs: Definitions['jobs'];

  constructor(cast: Cast, jobs: Definitions['jobs']) {
    this.#cast = cast;
    this.#jobs = jobs;
  }

  /** Rejects only for faults of this program. `end` is that of a transaction, which is kept open for so long before. */
  async enqueue(plans: readonly Plan[], end: 'commit' | 'rollback', heldMs: number): Promise<void> {
    const { tell } = this.#cast;
    const [first] = plans;
    if (first === undefined) return;
    // A call of `enqueueMany` is of one definition.
    const alike =
      first.how === 'many'
        ? plans.filter((plan) => isOfKind(plan, first)).map((plan) => ({ ...plan, name: first.name }))
        : plans;
    for (const plan of alike) tell({ kind: 'call', plan });
    if (first.how === 'transaction') return await this.#inTransaction(alike, end, heldMs);
    const calledAt = monotonicMs();
    try {
      this.#committed(alike, await this.#send(alike), calledAt);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      // The server refused it for certain, unless it, or the connection, was going away.
      const isRefused = error.sqlState !== null && !/^(08|57)/.test(error.sqlState);
      for (const { key } of alike) tell({ kind: isRefused ? 'undone' : 'unknown', key, why: error.message });
    }
  }

  /** `commitAt`: when the commit cannot have come about yet. */
  #committed(plans: readonly Plan[], outcomes: readonly SubmitOutcome[], commitAt: number): void {
    for (const [i, { key }] of plans.entries()) {
      const { jobId, outcome } = outcomes[i] ?? { jobId: `no id for ${key}`, outcome: 'enqueued' };
      if (outcome === 'enqueued') this.#cast.tell({ kind: 'committed', key, jobId });
      else this.#cast.tell({ kind: 'met', key, jobId, became: outcome, commitAt });
    }
  }

  async #send(plans: readonly Plan[], more: TransactionOption = {}): Promise<readonly SubmitOutcome[]> {
    const [first] = plans;
    if (first?.how !== 'many') return await inTurn(plans, (plan) => this.#one(plan, more));
    return await this.#definition(first).submitMany(
      plans.map((plan) => ({ payload: payloadOf(plan), ...overrides(plan) })),
    );
  }

  async #one(plan: Plan, more: TransactionOption): Promise<SubmitOutcome> {
    return await this.#definition(plan).submit(payloadOf(plan), { ...overrides(plan), ...more });
  }

  #definition({ name }: Plan): Definitions['jobs'][string] {
    const definition = this.#jobs[name];
    if (definition === undefined) throw new Error(`there is no definition ${name}`);
    return definition;
  }

  /** The caller's own transaction. What was not sent the word `commit` is undone, whatever happened. */
  async #inTransaction(plans: readonly Plan[], end: 'commit' | 'rollback', heldMs: number): Promise<void> {
    const { pool } = this.#cast.client;
    const { tell } = this.#cast;
    if (pool === undefined) throw new Error('producers are on pg');
    let fate: 'undone' | 'unknown' = 'undone';
    let broken: Error | undefined;
    const client = await pool.connect().catch((error: Error) => error);
    if (client instanceof Error) {
      for (const { key } of plans) tell({ kind: fate, key, why: client.message });
      return;
    }
    try {
      await client.query('begin');
      const outcomes = await this.#send(plans, { tx: fromPg(client) });
      if (heldMs > 0) {
        tell({ kind: 'held open', ms: heldMs });
        await wait(heldMs);
      }
      if (end === 'commit') fate = 'unknown';
      const commitAt = monotonicMs();
      await client.query(end);
      if (end === 'commit') this.#committed(plans, outcomes, commitAt);
      else for (const { key } of plans) tell({ kind: 'undone', key, why: 'rolled back as planned' });
    } catch (error) {
      broken = error as Error;
      for (const { key } of plans) tell({ kind: fate, key, why: broken.message });
    } finally {
      client.release(broken);
    }
  }
}

function overrides(plan: Plan): EnqueueOverrides {
  const { channel, group, delaySecs, numAttempts, timeoutSecs, priority, backoff, maxRunSecs } = plan;
  return {
    channel,
    delaySecs,
    numAttempts,
    priority,
    ...(backoff === null ? { timeoutSecs } : { backoff }),
    ...(maxRunSecs === null ? {} : { maxRunSecs }),
    ...(group === null ? {} : { jobGroup: group }),
  };
}

function payloadOf({ key, task, unique }: Plan): Payload {
  return { key, task, unique };
}

/** Whether it may have the name of the other: limited jobs have groups of their own, and unique ones keys. */
function isOfKind(plan: Plan, other: Plan): boolean {
  const kindOf = ({ name }: Plan): string => (name === LIMITED.name ? name : name in UNIQUE ? 'unique' : 'plain');
  return kindOf(plan) === kindOf(other);
}

async function inTurn<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}
