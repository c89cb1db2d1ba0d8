import type { Demand } from '@bearmq/core/internal';
import { describe, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { NAMES } from './support/arbitraries.ts';
import {
  claimAllCommand,
  claimCommand,
  type EnqueueItem,
  enqueueCommand,
  expireCommand,
  limitCommand,
  lostClaimCommand,
  pruneCommand,
  settleAgainCommand,
  settleCommand,
  unlockCommand,
} from './support/commands.ts';
import { cancelCommand, changeCommand, deleteCommand } from './support/control-commands.ts';
import { inTurn, usePlayground } from './support/playground.ts';

const plain: EnqueueItem = {
  name: 'N1',
  channel: 'C1',
  group: 'g1',
  priority: 0,
  delaySecs: 0,
  numAttempts: 1,
  timeoutSecs: 0,
};
const one: Demand = { channels: null, slots: 1, ahead: 0, maxPerGroup: 1 };

/** What random programmes found once, in the fewest steps that show it. */
describe('what the model has found before', () => {
  const playground = usePlayground(useSchema());

  it('leaves no group behind in silence when nothing can start and less is asked for than a run', async () => {
    const ahead = { ...one, slots: 0, ahead: 1, maxPerGroup: 2 };
    await playground.run(inTurn([enqueueCommand([plain]), claimCommand(0, NAMES, [ahead])]));
  });

  it('asks again when the groups that it took had shorter runs than it hoped for', async () => {
    const groups = ['g1', 'g2', 'g3'].map((group) => ({ ...plain, group }));
    const ahead = { ...one, slots: 1, ahead: 2, maxPerGroup: 3 };
    await playground.run(inTurn([enqueueCommand(groups), claimAllCommand(0, NAMES, [ahead])]));
  });

  it('serves no group before others by the priority that its job had before it was changed', async () => {
    const programme = [
      enqueueCommand(['g2', 'g1'].map((group) => ({ ...plain, group }))),
      changeCommand([0], { priority: -1 }),
      claimAllCommand(0, NAMES, [{ ...one, usual: 4 }]),
    ];
    await playground.run(inTurn(programme));
  });

  it.each([
    ['deleted', deleteCommand],
    ['cancelled', cancelCommand],
  ])('serves no group before others by the priority of a job that was %s', async (_what, gone) => {
    const jobs = [
      { ...plain, priority: 5 },
      { ...plain, priority: -1 },
      { ...plain, group: null },
    ];
    await playground.run(inTurn([enqueueCommand(jobs), gone([0]), claimCommand(0, NAMES, [{ ...one, usual: 4 }])]));
  });

  it('gives back no attempt of a job that had none left when it was claimed', async () => {
    const programme = [
      enqueueCommand([{ ...plain, group: null }]),
      claimCommand(0, NAMES, [one]),
      expireCommand(0, 'gone'),
      lostClaimCommand(1, NAMES, [one]),
      claimCommand(1, NAMES, [one]),
    ];
    await playground.run(inTurn(programme));
  });

  it('keeps the row of a group that was opened by force while its job still runs', async () => {
    await playground.run(
      inTurn([enqueueCommand([plain]), claimCommand(0, NAMES, [one]), unlockCommand('g1'), pruneCommand(1)]),
    );
  });

  it('never lets a job from before a forced opening open the group of one that came after', async () => {
    const programme = [
      enqueueCommand([plain]),
      claimCommand(0, NAMES, [one]),
      unlockCommand('g1'),
      enqueueCommand([plain, plain]),
      claimCommand(1, NAMES, [one]),
      settleCommand(0, [{ nth: 0, verdict: 'succeeded' }]),
      claimCommand(2, NAMES, [one]),
    ];
    await playground.run(inTurn(programme));
  });

  it('tells a settle that is sent again of no loss where its job was put back and then cancelled', async () => {
    const retried = { ...plain, numAttempts: 2 };
    const failed = settleCommand(0, [{ nth: 0, verdict: 'failed' }]);
    await playground.run(
      inTurn([
        enqueueCommand([retried]),
        claimCommand(0, NAMES, [one]),
        failed,
        cancelCommand([0]),
        settleAgainCommand(),
      ]),
    );
  });

  it('gives no more than was asked for where groups give more than limits had it plan', async () => {
    const jobs = [
      { group: null },
      { group: 'g1' },
      { name: 'N2', group: 'g3' },
      { group: 'g1' },
      { name: 'N2', group: null },
    ];
    const ahead = { ...one, slots: 0, ahead: 4, maxPerGroup: 2, usual: 1 };
    await playground.run(
      inTurn([
        limitCommand('name', 'N1', 3),
        enqueueCommand(jobs.map((job) => ({ ...plain, ...job }))),
        claimCommand(0, NAMES, [ahead]),
      ]),
    );
  });
});
