import { grouped } from '../../model/support/grouped.ts';
import type { Call, Held } from './limit-ledger.ts';

/** A limit as it was set: no claim before `fromMs` knew of it, all after `untilMs` did. */
export interface Setting {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly max: number;
}

const earlier = (a: Held, b: Held): number => a.fromMs - b.fromMs || a.nth - b.nth;
const isOver = ({ untilMs }: Held, atMs: number): boolean => (untilMs ?? Infinity) <= atMs;

/**
 * Claims that made more jobs of one key run than any limit allowed that could hold then. Jobs that ran when it was lowered
 * may go on, so only what begins is judged. Of a group that runs one job at a time a process may claim several at once, which
 * it works off in order: they count as one.
 */
export function tooMany(
  held: readonly Held[],
  keyOf: (one: Held) => string | null,
  settingsOf: (key: string) => readonly Setting[],
  of: 'jobs' | 'groups' = 'jobs',
): { readonly broken: readonly string[]; readonly peak: number; readonly atLimit: number } {
  const broken: string[] = [];
  let [peak, atLimit] = [0, 0];
  for (const [key, list] of grouped(held, keyOf)) {
    if (key === null) continue;
    const settings = settingsOf(key);
    let running: Held[] = [];
    for (const one of list.sort(earlier)) {
      running = [...running.filter((other) => !isOver(other, one.fromMs)), one];
      const allowed = allowedAt(settings, one.fromMs);
      const max = Math.max(...allowed);
      const isRun = of === 'groups' && allowed.includes(1);
      const count = isRun ? new Set(running.map(({ claim }) => claim)).size : running.length;
      peak = Math.max(peak, count);
      if (count === max) atLimit += 1;
      if (count > max) broken.push(`${count} of ${key} ran at once where ${max} may, with ${one.jobId}`);
    }
  }
  return { broken, peak, atLimit };
}

/** What settings allowed that may have counted at a moment. */
function allowedAt(settings: readonly Setting[], atMs: number): readonly number[] {
  const possible = settings.filter(({ fromMs }, i) => fromMs <= atMs && atMs <= (settings[i + 1]?.untilMs ?? Infinity));
  return possible.map(({ max }) => max);
}

/** Stretches of a rate's length in which more of one key started than it allows. */
export function tooFast(
  held: readonly Held[],
  keyOf: (one: Held) => string | null,
  rate: { readonly max: number; readonly perSecs: number },
): { readonly broken: readonly string[]; readonly shortestMs: number } {
  const broken: string[] = [];
  let shortestMs = Infinity;
  for (const [key, list] of grouped(held, keyOf)) {
    if (key === null) continue;
    const starts = list.map(({ startMs }) => startMs).sort((a, b) => a - b);
    for (let i = rate.max; i < starts.length; i += 1) {
      const spanMs = (starts[i] ?? 0) - (starts[i - rate.max] ?? 0);
      shortestMs = Math.min(shortestMs, spanMs);
      // A hundredth of a millisecond is what is lost where a timestamp becomes a number.
      if (spanMs < rate.perSecs * 1000 - 0.01) broken.push(`${rate.max + 1} of ${key} started within ${spanMs} ms`);
    }
  }
  return { broken, shortestMs };
}

/** Jobs of a group that were claimed for the first time after a later one of their lane and priority. */
export function outOfOrder(held: readonly Held[]): readonly string[] {
  const firsts = new Map<string, Held>();
  for (const one of [...held].sort(earlier)) if (!firsts.has(one.jobId)) firsts.set(one.jobId, one);
  const broken: string[] = [];
  const last = new Map<string, number>();
  for (const { group, name, channel, priority, seq, jobId, claim } of firsts.values()) {
    if (group === null) continue;
    const key = JSON.stringify([group, name, channel, priority]);
    const before = last.get(key) ?? 0;
    if (seq < before) broken.push(`of ${key}, ${jobId} (${seq}, by claim ${claim}) was claimed after ${before}`);
    last.set(key, Math.max(seq, before));
  }
  return broken;
}

/**
 * Groups that were ready while another of their lane had more than twice its share of turns. `held` are the claims of one
 * lane and priority whose jobs had all been enqueued before the first of them. A turn is what one claim gave a group.
 */
export function passedOver(
  held: readonly Held[],
  share: (group: string) => { readonly weight: number; readonly concurrency: number },
): { readonly broken: readonly string[]; readonly most: number } {
  const broken: string[] = [];
  let most = 0;
  const all = [...held].sort(earlier);
  for (const [group, own] of grouped(all, (one) => one.group ?? '')) {
    const lastOf = own[own.length - 1] as Held;
    let turns = new Map<string, Set<string>>();
    let running: Held[] = [];
    for (const one of all) {
      if (earlier(one, lastOf) > 0) break;
      running = running.filter((other) => !isOver(other, one.fromMs));
      if (one.group === group) {
        running.push(one);
        turns = new Map();
        continue;
      }
      if (running.length >= share(group).concurrency) continue; // not ready
      const other = one.group ?? '';
      const seen = turns.get(other) ?? new Set();
      turns.set(other, seen.add(one.claim));
      const [had, fair] = [seen.size, 2 * Math.ceil(share(other).weight / share(group).weight)];
      most = Math.max(most, had / fair);
      if (had > fair + 1) broken.push(`${group} was ready and waited while ${other} had ${had} turns`);
    }
  }
  return { broken, most };
}

/** Calls of work functions that no process had the right to. */
export function withoutClaim(calls: readonly Call[], held: readonly Held[]): readonly string[] {
  const byJob = grouped(held, ({ jobId }) => jobId);
  return calls
    .filter(({ jobId, startedMs }) =>
      (byJob.get(jobId) ?? []).every((one) => startedMs < one.fromMs || isOver(one, startedMs)),
    )
    .map(({ jobId }) => `${jobId} was run without a claim`);
}
