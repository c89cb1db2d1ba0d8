import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import { complaints } from '../drain-figures.ts';
import { fill } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import { now, payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { within } from '../work-off.ts';

/** How long each job takes: enough that slots are what everybody waits for. */
const WORK_MS = 5;

/** How long jobs of many small tenants wait, alone and beside one tenant who has put a backlog there before. */
export function whale(profile: Profile): Scenario {
  const { whale, tenants, smallPerSec } = profile;
  return {
    id: 'whale',
    title: `${tenants} tenants with ${smallPerSec} jobs/s of ${WORK_MS} ms, beside one with ${whale.toLocaleString('en')}`,
    purpose: 'sharing',
    needs: 'slots',
    basic: false,
    run: async (bench) => {
      const alone = await share(bench, profile, 0);
      const beside = await share(bench, profile, whale);
      const wait = (what: string, share: Share, p: number) =>
        ({ what, value: percentile(share.waits, p), unit: 'ms', ...share.note }) as const;
      return {
        figures: [
          wait('small tenants alone, wait p50', alone, 0.5),
          wait('small tenants alone, wait p99', alone, 0.99),
          wait('beside the whale, wait p50', beside, 0.5),
          wait('beside the whale, wait p99', beside, 0.99),
          { what: 'the whale meanwhile', value: beside.whalePerSec, unit: 'jobs/s' },
        ],
        ...complaints(alone.complaint, beside.complaint),
      };
    },
  };
}

interface Share {
  /** From the enqueue of a small tenant's job to its start; until it was given up, where it did not start. */
  readonly waits: readonly number[];
  readonly whalePerSec: number;
  readonly note: { readonly note?: string };
  readonly complaint: string | undefined;
}

async function share({ open, limitSecs }: Bench, profile: Profile, whale: number): Promise<Share> {
  const { tenants, smallPerSec, smallSecs } = profile;
  const small = Math.round(smallSecs * smallPerSec);
  const from = await open();
  const to = await open();
  await fill(from, whale, (n) => ({ payload: payload(n), group: 'whale' }));
  const ledger = new Ledger(whale + small);
  const waits: number[] = [];
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let whaleRuns = 0;
  const working = await to.work(async ({ n, at }) => {
    ledger.add(n);
    if (at === undefined) whaleRuns += 1;
    else waits.push(now() - at);
    if (waits.length === small) finish();
    await pause(WORK_MS);
  });
  const startedAt = now();
  const calls: Promise<unknown>[] = [];
  const sentAt: number[] = [];
  for (let n = 0; n < small; n += 1) {
    const early = startedAt + (n * 1000) / smallPerSec - now();
    if (early > 0) await pause(early);
    const at = now();
    sentAt.push(at);
    calls.push(from.enqueue({ payload: payload(whale + n, { at }), group: `tenant ${n % tenants}` }));
  }
  await Promise.all(calls);
  const areAllOver = await within(limitSecs, finished);
  const endedAt = now();
  const missing = small - waits.length;
  const whalePerSec = whaleRuns / ((endedAt - startedAt) / 1000);
  const isWhaleOver = whale > 0 && whaleRuns === whale;
  await working.stop();
  // Those that had not started are counted as if they did now; the last ones, which have waited the shortest.
  const given = areAllOver ? [] : sentAt.slice(small - missing).map((at) => endedAt - at);
  const notes = [
    ...(areAllOver
      ? []
      : [`${missing.toLocaleString('en')} of ${small.toLocaleString('en')} had not started after ${limitSecs} s more`]),
    ...(isWhaleOver ? ['all of the whale’s jobs were over before the end'] : []),
  ];
  return {
    waits: [...waits.slice(0, small - missing), ...given],
    whalePerSec,
    note: notes.length === 0 ? {} : { note: notes.join('; ') },
    complaint: ledger.complaint(await to.left()),
  };
}
