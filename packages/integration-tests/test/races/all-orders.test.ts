import { describe, expect, it } from '@jest/globals';
import type { Actor, Transaction } from './support/actors.ts';
import { type Stage, useStage } from './support/stage.ts';
import type { Process, World } from './support/world.ts';

type Make = (world: World, stage: Stage, p: Process, q: Process) => Transaction;

const demand = { channels: null, slots: 2, ahead: 1, maxPerGroup: 2 };
/** Takes as little as can be, so that what comes behind is still to be blocked. */
const first = { channels: null, slots: 1, ahead: 0, maxPerGroup: 1 };
const claimAsP: Make = (world, stage, p) => world.claim(p, [demand], stage.committed);
const claimAsQ: Make = (world, stage, _, q) => world.claim(q, [demand], stage.committed);
const settle: Make = (world, _, p) => world.settle(p, ['succeeded', 'failed', 'released']);
const rescue: Make = (world, _, p) => world.rescue(p);
const reconcile: Make = (world, _, p) => world.reconcile(p);
const prune: Make = (world) => world.prune();

/** Process P holds the first job of a group when they begin, and its other jobs are ready. */
const scenes: readonly [string, Make, Make, Make][] = [
  ['settle, claim of another, claim of its own', settle, claimAsQ, claimAsP],
  ['settle, rescue of its process, claim of another', settle, rescue, claimAsQ],
  ['settle, prune, claim of another', settle, prune, claimAsQ],
  ['reconciliation, late claim, claim of another', reconcile, claimAsP, claimAsQ],
];

/** Each order in which three transactions can begin and commit: 90. */
function orders(left: readonly number[] = [2, 2, 2]): readonly (readonly number[])[] {
  if (left.every((steps) => steps === 0)) return [[]];
  return left.flatMap((steps, i) =>
    steps === 0 ? [] : orders(left.with(i, steps - 1)).map((order): readonly number[] => [i, ...order]),
  );
}

describe('three transactions in each order in which they can begin and commit', () => {
  const stage = useStage();

  it.each(scenes)(
    '%s',
    async (_, ...makes) => {
      const all = orders();
      expect(all).toHaveLength(90);
      for (const order of all) {
        const world = await stage.reset(['g', null, 'g', 'h', 'g', 'h'], 2);
        const [p, q] = world.processes as [Process, Process];
        await stage.whole(stage.actors[0] as Actor, world, world.claim(p, [first], stage.committed));
        const begun = new Set<number>();
        for (const nth of order) {
          await stage.step(stage.actors[nth] as Actor, world, () => {
            if (begun.has(nth)) return { text: 'nothing', run: async () => () => {} };
            begun.add(nth);
            return (makes[nth] as Make)(world, stage, p, q);
          });
        }
        await stage.drain(world);
      }
    },
    180_000, // each step has a deadline of its own; this one is for 90 times some forty statements on a busy machine
  );
});
