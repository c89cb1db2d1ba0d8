import { setTimeout as pause } from 'node:timers/promises';
import { complaints } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import { now, payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';

const LOOK_MS = 5;
const TEXT = 'x'.repeat(900);

/** The most memory that a worker process takes while it drains jobs of 1 kB. */
export function memory({ memory: count }: Profile): Scenario {
  return {
    id: 'memory',
    title: `memory while draining ${count.toLocaleString('en')} jobs of 1 kB`,
    purpose: 'throughput',
    basic: false,
    run: async ({ open, fork, contestant, place, limitSecs }) => {
      const queue = await open();
      await fill(queue, count, (n) => ({ payload: payload(n, { text: TEXT }) }));
      const worker = await fork({ contestant: contestant.id, place, role: 'work', count });
      worker.go();
      const until = now() + 2 * limitSecs * 1000;
      while (worker.total < count && now() < until) await pause(LOOK_MS);
      const { runs, peakMb } = await worker.stop();
      const ledger = new Ledger(count);
      ledger.merge(runs);
      const note = ledger.total < count ? { note: `stopped after ${ledger.total.toLocaleString('en')} jobs` } : {};
      return {
        figures: [{ what: 'peak RSS', value: peakMb, unit: 'MB', ...note }],
        ...complaints(ledger.complaint(await queue.left())),
      };
    },
  };
}
