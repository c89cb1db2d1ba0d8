import type { NewJob } from '../contestant.ts';
import { complaints, rate } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import { Order } from '../order.ts';
import { payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

/** Jobs in many groups, each group in the order of its enqueueing. */
export function manyGroups({ groups, groupSize }: Profile): Scenario {
  const count = groups * groupSize;
  return {
    id: 'groups',
    title: `drain ${groups.toLocaleString('en')} groups of ${groupSize}`,
    purpose: 'order',
    needs: 'groups',
    basic: true,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      // The first of every group, then the second of every group, and so on.
      await fill(queue, count, (n) => grouped(n, `g${n % groups}`, Math.floor(n / groups)), groups);
      const order = new Order();
      const drained = await workOff(queue, { ledger: new Ledger(count), limitSecs, job: (one) => order.note(one) });
      return {
        figures: [rate('drained in order', drained)],
        ...complaints(drained.complaint, order.complaint()),
      };
    },
  };
}

/** The `nth` job of a group. */
export function grouped(n: number, group: string, nth: number): NewJob {
  return { payload: payload(n, { group, nth }), group };
}
