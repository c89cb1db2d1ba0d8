import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import { complaints } from '../drain-figures.ts';
import { Ledger } from '../ledger.ts';
import { now } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';

const IN_FLIGHT = 50;
/** More than any queue takes; the ledger needs a bound. */
const MOST_PER_SEC = 100_000;
const LOOK_MS = 5;

/** One process enqueues with 50 calls in flight, another one works, both without pause. */
export function steady(profile: Profile): Scenario {
  const title = `steady for ${profile.steadySecs} s, ${IN_FLIGHT} enqueues in flight, worker in another process`;
  return scenario('steady', title, profile, {});
}

/** The same, at a pace that leaves the machine some room: how long jobs wait then is the queue's own doing. */
export function steadyAtPace(profile: Profile): Scenario {
  const pace = profile.pacePerSec.toLocaleString('en');
  const title = `steady for ${profile.steadySecs} s at up to ${pace} jobs/s, worker in another process`;
  return scenario('steady-paced', title, profile, { perSec: profile.pacePerSec });
}

function scenario(id: string, title: string, { steadySecs }: Profile, pace: { readonly perSec?: number }): Scenario {
  return {
    id,
    title,
    purpose: 'latency',
    basic: false,
    run: async ({ open, fork, contestant, place, limitSecs }) => {
      const queue = await open();
      const count = steadySecs * MOST_PER_SEC;
      const task = { contestant: contestant.id, place, count };
      const worker = await fork({ ...task, role: 'work' });
      const producer = await fork({ ...task, role: 'produce', secs: steadySecs, inFlight: IN_FLIGHT, ...pace });
      worker.go();
      const produced = producer.report();
      producer.go();
      const { startedAt, endedAt, enqueued } = await produced;
      const until = now() + limitSecs * 1000;
      while (worker.total < enqueued && now() < until) await pause(LOOK_MS);
      const { runs, ranAt, waits } = await worker.stop();
      const ledger = new Ledger(enqueued);
      ledger.merge(runs.subarray(0, enqueued));
      const during = ranAt.filter((at) => at <= endedAt).length;
      const secs = (endedAt - startedAt) / 1000;
      return {
        figures: [
          { what: 'done', value: during / secs, unit: 'jobs/s' },
          { what: 'wait p50', value: percentile(waits, 0.5), unit: 'ms' },
          { what: 'wait p99', value: percentile(waits, 0.99), unit: 'ms' },
          { what: 'waiting at the end', value: enqueued - during, unit: 'jobs' },
        ],
        ...complaints(ledger.complaint(await queue.left())),
      };
    },
  };
}
