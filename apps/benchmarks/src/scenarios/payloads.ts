import { complaints, rate } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import type { Figure } from '../figure.ts';
import { Ledger } from '../ledger.ts';
import { now, payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

const SIZES = [
  { size: '100 bytes', bytes: 0, bulk: 1_000 },
  { size: '10 kB', bytes: 10_000, bulk: 100 },
  { size: '1 MB', bytes: 1_000_000, bulk: 5 },
];

/** Jobs with payloads of three sizes, in and out. */
export function payloads({ payloads: counts }: Profile): Scenario {
  return {
    id: 'payloads',
    title: `payloads of 100 bytes, 10 kB, 1 MB (${counts.map((count) => count.toLocaleString('en')).join(', ')} jobs)`,
    purpose: 'throughput',
    basic: false,
    run: async ({ open, limitSecs }) => {
      const figures: Figure[] = [];
      const found: (string | undefined)[] = [];
      for (const [i, { size, bytes, bulk }] of SIZES.entries()) {
        const count = counts[i] ?? 0;
        const more = bytes === 0 ? {} : { text: text(bytes) };
        let short = 0;
        const queue = await open();
        const startedAt = now();
        await fill(queue, count, (n) => ({ payload: payload(n, more) }), bulk);
        figures.push({ what: `${size}: enqueued`, value: count / ((now() - startedAt) / 1000), unit: 'jobs/s' });
        const job = ({ text: got = '' }: { text?: string }): void => {
          if (got.length !== bytes) short += 1;
        };
        const drained = await workOff(queue, { ledger: new Ledger(count), limitSecs, job });
        figures.push(rate(`${size}: drained`, drained));
        found.push(drained.complaint, short > 0 ? `${short} payloads of ${size} came back changed` : undefined);
      }
      return { figures, ...complaints(...found) };
    },
  };
}

/** Does not shrink to nothing when the database compresses it, as the same letter over and over would. */
function text(bytes: number): string {
  let state = 1;
  const letters: string[] = [];
  for (let i = 0; i < bytes; i += 1) {
    state = (state * 48_271) % 2_147_483_647;
    letters.push(String.fromCharCode(97 + (state % 26)));
  }
  return letters.join('');
}
