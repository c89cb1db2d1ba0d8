import { afterAll, beforeAll } from '@jest/globals';
import pg from 'pg';
import { brokenInvariants } from '../../model/support/invariants.ts';
import { Queue } from '../../model/support/queue.ts';
import { readSnapshot, type Snapshot } from '../../model/support/snapshot.ts';
import { directUrl, useSchema } from '../../support/database.ts';
import { Actor, Monitor, type Transaction, untilStill } from './actors.ts';
import { newJob, type Process, World } from './world.ts';

/** Three connections that are moved step by step, and a fourth that looks on. */
export interface Stage {
  readonly actors: readonly Actor[];
  /** A connection of its own, for what is not played step by step. */
  readonly queue: Queue;
  /** How often an actor was seen to wait for another, and to stand at a pause: without either, nothing was raced. */
  readonly seen: { waits: number; pauses: number };
  /** What is committed, checked: @throws Error that names each broken invariant. */
  committed(): Promise<Snapshot>;
  /** An empty queue but for one job for each of `groups`, and processes with a lease. */
  reset(groups: readonly (string | null)[], processes: number): Promise<World>;
  /** One step of an actor: starts the transaction if it is idle, else lets it go on, or commits. Then all is still. */
  step(actor: Actor, world: World, next: () => Transaction): Promise<void>;
  /** A whole transaction, which must not have to wait for anybody. */
  whole(actor: Actor, world: World, transaction: Transaction): Promise<void>;
  /** Finishes what is open, then claims and settles until nothing is left. */
  drain(world: World): Promise<void>;
}

/** The running jobs whose rows somebody has locked. */
const HELD = `with free as materialized (select id from {s}.job where state = 'running' for update skip locked)
  select j.id from {s}.job j where j.state = 'running' and j.id not in (select f.id from free f)`;

export function useStage(): Stage {
  const monitor = new Monitor();
  const client = new pg.Client({ connectionString: directUrl() });
  // Hooks run in the order of their registration: what a failed test left open must be gone before the schema is dropped.
  afterAll(async () => {
    for (const actor of actors) await actor.abandon();
    await Promise.all([monitor.client, client, ...actors.map((actor) => actor.client)].map((one) => one.end()));
  });
  const schema = useSchema();
  const actors = ['A', 'B', 'C'].map((name) => new Actor(name, schema, monitor));
  const queue = new Queue(schema, client);
  beforeAll(async () => {
    await Promise.all([monitor.connect(schema), client.connect(), ...actors.map((actor) => actor.connect())]);
  });

  const seen: Stage['seen'] = { waits: 0, pauses: 0 };
  // A rescue passes over a job that somebody holds, by a settle that is not committed for instance, and the next one sees to
  // it. Whoever held it may have been rolled back meanwhile. One that nobody held may not be left.
  const heldOnce = new Set<string>();
  const isPassedOver = (text: string): boolean =>
    heldOnce.has(/^(\S+) runs for a worker without a row$/.exec(text)?.[1] ?? '');
  const committed: Stage['committed'] = async () => {
    const snapshot = await readSnapshot(schema);
    for (const { id } of await schema.rows(HELD)) heldOnce.add(String(id));
    const broken = brokenInvariants(snapshot).filter((text) => !isPassedOver(text));
    if (broken.length > 0) throw new Error(`broken invariants:\n${broken.join('\n')}`);
    return snapshot;
  };
  const step: Stage['step'] = async (actor, world, next) => {
    if (actor.state === 'open') await actor.commit();
    else if (actor.isPaused) await actor.goOn();
    else if (actor.state === 'idle') {
      await world.registerAll(queue);
      await actor.start(actor.sacrificed ?? next());
    }
    await untilStill(actors, monitor);
    if (actor.state === 'working') seen[actor.isPaused ? 'pauses' : 'waits'] += 1;
    await committed();
    if (world.broken.length > 0) throw new Error(world.broken.join('\n'));
  };
  const isBusy = (actor: Actor): boolean => actor.state !== 'idle' || actor.sacrificed !== undefined;
  const nothing = (): never => {
    throw new Error('nothing is left to be started');
  };
  const whole: Stage['whole'] = async (actor, world, transaction) => {
    await step(actor, world, () => transaction);
    if (actor.state !== 'open') throw new Error(`${transaction.text} waits for somebody`);
    await step(actor, world, nothing);
  };
  const finish = async (world: World): Promise<void> => {
    const end = performance.now() + 90_000;
    while (actors.some(isBusy)) {
      for (const actor of actors.filter(isBusy)) await step(actor, world, nothing);
      if (performance.now() > end) throw new Error('they never come to an end');
    }
  };

  return {
    actors,
    queue,
    seen,
    committed,
    step,
    whole,
    reset: async (groups, processes) => {
      for (const actor of actors) await actor.abandon();
      await queue.clear();
      const world = new World(processes);
      for (const process of world.processes) await queue.register(process.id);
      await queue.enqueue(groups.map(newJob));
      return world;
    },
    drain: async (world) => {
      await finish(world);
      const play = async ({ run }: Transaction): Promise<void> => (await run(queue))();
      const [process] = world.processes as readonly [Process, ...Process[]];
      const total = (await committed()).jobs.length;
      for (let i = 0; (await committed()).jobs.length > 0; i += 1) {
        if (i > 2 * total + 5) throw new Error(`never given: ${JSON.stringify((await committed()).jobs)}`);
        for (const one of world.processes) await play(world.settleAll(one));
        // A claim under way kept the rescue of its process waiting; a claim's answer was overtaken by a reconciliation.
        await play(world.rescue(null));
        await world.registerAll(queue);
        for (const one of world.processes) await play(world.reconcile(one));
        await play(world.claim(process, [{ channels: null, slots: 3, ahead: 2, maxPerGroup: 2 }], committed));
      }
      await play(world.selfCheck());
      await play(world.prune());
      if (world.broken.length > 0) throw new Error(world.broken.join('\n'));
      const { groups, finalized } = await committed();
      if (groups.length > 0) throw new Error(`groups are left: ${JSON.stringify(groups)}`);
      world.checkAccount(finalized);
    },
  };
}
