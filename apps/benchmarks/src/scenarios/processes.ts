import { setTimeout as pause } from 'node:timers/promises';
import type { Sent } from '../contestant.ts';
import { complaints } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import type { Figure } from '../figure.ts';
import { Ledger } from '../ledger.ts';
import { now } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { UnfinishedError } from '../work-off.ts';

const LOOK_MS = 2;

/** The same backlog, drained by one worker process and by two. */
export function processes({ jobs }: Profile): Scenario {
  return {
    id: 'processes',
    title: `drain ${jobs.toLocaleString('en')} in worker processes of their own`,
    purpose: 'throughput',
    basic: false,
    run: async (bench) => {
      const one = await drainIn(bench, 1, jobs);
      const two = await drainIn(bench, 2, jobs);
      return {
        figures: [
          one.figure,
          two.figure,
          { what: '2 against 1', value: two.figure.value / one.figure.value, unit: '×' },
          ...emptyClaims(two.claims),
        ],
        ...complaints(one.complaint, two.complaint),
      };
    },
  };
}

async function drainIn(
  { open, fork, contestant, place, limitSecs }: Bench,
  workers: number,
  count: number,
): Promise<{ figure: Figure; complaint: string | undefined; claims: readonly Sent[] | undefined }> {
  const queue = await open();
  await fill(queue, count, plain);
  const task = { contestant: contestant.id, place, count, role: 'work' } as const;
  const helpers = await Promise.all(Array.from({ length: workers }, () => fork(task)));
  for (const helper of helpers) helper.go();
  const total = (): number => helpers.reduce((sum, helper) => sum + helper.total, 0);
  const until = now() + limitSecs * 1000;
  while (total() < count && now() < until) await pause(LOOK_MS);
  const reports = await Promise.all(helpers.map((helper) => helper.stop()));
  const ledger = new Ledger(count);
  for (const { runs } of reports) ledger.merge(runs);
  const startedAt = Math.min(...reports.map((report) => report.startedAt));
  const endedAt = Math.max(...reports.flatMap(({ lastAt }) => (Number.isNaN(lastAt) ? [] : [lastAt])));
  const what = workers === 1 ? '1 process' : `${workers} processes`;
  const complaint = ledger.complaint(await queue.left());
  // What is left would be in the way of the next drain, with the same numbers.
  if (ledger.total < count) throw new UnfinishedError(ledger.total, limitSecs);
  return {
    figure: { what, value: ledger.done() / ((endedAt - startedAt) / 1000), unit: 'jobs/s' },
    complaint,
    claims: reports.some(({ claims }) => claims === undefined)
      ? undefined
      : reports.flatMap(({ claims = [] }) => claims),
  };
}

/** How many of the claims found nothing, of those sent while a claim sent later found something. */
function emptyClaims(claims: readonly Sent[] | undefined): readonly Figure[] {
  if (claims === undefined) return [];
  const lastAt = Math.max(...claims.filter(({ jobs }) => jobs > 0).map(({ at }) => at));
  const sent = claims.filter(({ at }) => at <= lastAt);
  const empty = sent.filter(({ jobs }) => jobs === 0);
  return [{ what: 'empty claims of 2', value: (100 * empty.length) / sent.length, unit: '%' }];
}
