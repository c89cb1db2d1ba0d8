import { randomUUID } from 'node:crypto';
import type { ClaimedJob, Demand } from '@bearmq/core/internal';
import type pg from 'pg';
import { grouped } from '../../model/support/grouped.ts';
import { Queue, type QueueSchema } from '../../model/support/queue.ts';
import { say, type Verdict } from '../../model/support/settle-rules.ts';

export interface HammerOptions {
  readonly schema: QueueSchema;
  readonly clients: readonly pg.Client[];
  /** Each connection is a process of its own. */
  readonly demands: readonly Demand[];
  readonly names: readonly string[];
  /** How many jobs there are: the hammer stops when so many have succeeded. */
  readonly jobs: number;
  readonly verdict?: (claim: ClaimedJob) => Verdict;
}

/** What was seen from outside, without asking the database. */
export interface HammerReport {
  /** Runs of a group that began while another run of it was under way. */
  overlaps: number;
  /** Jobs that were run for the first time after a later one of their group and lane. */
  disorder: number;
  /** Jobs that succeeded more than once. */
  doubles: number;
  /** Statements that the server ended to break a deadlock, and that were sent again, as a daemon does. */
  deadlocks: number;
  lost: number;
  claims: number;
  emptyClaims: number;
  succeeded: number;
  secs: number;
  /** When the last job without a group was over, in seconds. */
  lastFreeSecs: number;
}

/** Claims and settles over several connections at once until all is done, as fast as they go. */
export async function hammer(options: HammerOptions): Promise<HammerReport> {
  const report: HammerReport = {
    overlaps: 0,
    disorder: 0,
    doubles: 0,
    deadlocks: 0,
    lost: 0,
    claims: 0,
    emptyClaims: 0,
    succeeded: 0,
    secs: 0,
    lastFreeSecs: 0,
  };
  const seen: Seen = {
    lastSettleAt: performance.now(),
    active: new Set(),
    lastSeq: new Map(),
    over: new Set(),
    wake: new Set(),
  };
  const startedAt = performance.now();
  const secs = (): number => (performance.now() - startedAt) / 1000;
  await Promise.all(options.clients.map((client) => claimer(options, client, seen, report, secs)));
  report.secs = secs();
  return report;
}

interface Seen {
  lastSettleAt: number;
  readonly active: Set<string>;
  /** The last first attempt of each group and lane. */
  readonly lastSeq: Map<string, number>;
  readonly over: Set<string>;
  readonly wake: Set<() => void>;
}

async function claimer(
  { schema, demands, names, jobs, verdict = () => 'succeeded' }: HammerOptions,
  client: pg.Client,
  seen: Seen,
  report: HammerReport,
  secs: () => number,
): Promise<void> {
  const queue = new Queue(schema, client);
  const worker = { id: randomUUID(), generation: 0 };
  await queue.register(worker.id);
  while (report.succeeded < jobs) {
    const claimed = (await again(report, () => queue.claim(worker, names, demands))).jobs.flat();
    report.claims += 1;
    if (claimed.length === 0) {
      if (performance.now() - seen.lastSettleAt > PATIENCE_MS) {
        throw new Error(`nothing is given any more, after ${report.succeeded} of ${jobs} jobs`);
      }
      report.emptyClaims += 1;
      await nextSettle(seen);
      continue;
    }
    const groups = [...grouped(claimed, ({ jobGroup }) => jobGroup).keys()].filter((group) => group !== null);
    for (const group of groups) {
      if (seen.active.has(group)) report.overlaps += 1;
      seen.active.add(group);
    }
    const verdicts = judge(claimed, verdict);
    for (const { claim, verdict: said } of verdicts) if (said !== 'released') noteOrder(claim, seen, report);
    await new Promise(setImmediate); // somebody else's turn, in the middle of the run
    for (const group of groups) seen.active.delete(group);
    const lost = await again(report, () => queue.settle(say(verdicts)));
    seen.lastSettleAt = performance.now();
    report.lost += lost.size;
    for (const { claim, verdict: said } of verdicts) {
      if (said !== 'succeeded') continue;
      report.succeeded += 1;
      if (seen.over.has(claim.id)) report.doubles += 1;
      seen.over.add(claim.id);
      if (claim.jobGroup === null) report.lastFreeSecs = secs();
    }
    for (const wake of seen.wake) wake();
  }
  for (const wake of seen.wake) wake();
}

/** A run that is broken off releases all that is left of it, as a worker does that is being stopped. */
function judge(
  claimed: readonly ClaimedJob[],
  verdict: (claim: ClaimedJob) => Verdict,
): readonly { readonly claim: ClaimedJob; readonly verdict: Verdict }[] {
  const brokenOff = new Set<string>();
  return claimed.map((claim) => {
    const { jobGroup } = claim;
    const said = jobGroup !== null && brokenOff.has(jobGroup) ? 'released' : verdict(claim);
    if (jobGroup !== null && said === 'released') brokenOff.add(jobGroup);
    return { claim, verdict: said };
  });
}

function noteOrder(
  { jobGroup, channel, name, attempt, seq }: ClaimedJob,
  { lastSeq }: Seen,
  report: HammerReport,
): void {
  if (jobGroup === null || attempt > 1) return;
  const lane = JSON.stringify([jobGroup, channel, name]);
  if (seq < (lastSeq.get(lane) ?? 0)) report.disorder += 1;
  lastSeq.set(lane, Math.max(seq, lastSeq.get(lane) ?? 0));
}

const DEADLOCK = '40P01';

async function again<T>(report: HammerReport, send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if ((error as { sqlState?: unknown }).sqlState !== DEADLOCK) throw error;
      report.deadlocks += 1;
    }
  }
}

const LONGEST_PAUSE_MS = 20;
const PATIENCE_MS = 60_000;

/** Who found nothing waits until somebody settles, or for a moment: as a claimer that backs off. */
function nextSettle({ wake }: Seen): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, LONGEST_PAUSE_MS);
    wake.add(done);
    function done(): void {
      clearTimeout(timer);
      wake.delete(done);
      resolve();
    }
  });
}
