import type { Fact } from '../ledger/facts.ts';
import type { History } from './history.ts';

/** All that is known of some jobs, by id or key, in the order of time; `startedAt` is the time that counts as 0. */
export function timeline(
  about: readonly string[],
  facts: readonly Fact[],
  history: History,
  startedAt: number,
): readonly string[] {
  const names = new Set(about);
  for (const { jobId, key } of history.inserted) {
    if (key !== null && (names.has(jobId) || names.has(key))) names.add(jobId).add(key);
  }
  const lines: { readonly at: number; readonly text: string }[] = [];
  const add = (at: number | null, text: string): void => void (at !== null && lines.push({ at, text }));
  const holders = new Set<string>();
  for (const { jobId, process, claims, attempt, at, endedAt, end, isSpent, isLeaseOver } of history.claims) {
    if (!names.has(jobId)) continue;
    holders.add(process);
    const spent = isSpent ? 'spent' : 'not spent';
    add(at, `database: ${jobId} claimed by ${process}, claim ${claims}, attempt ${attempt}`);
    add(endedAt, `database: claim ${claims} of ${jobId} ${end}, attempt ${spent}${isLeaseOver ? ', lease over' : ''}`);
  }
  for (const { jobId, key, at } of history.inserted)
    if (names.has(jobId)) add(at, `database: ${jobId} inserted, ${key ?? 'a tick'}`);
  for (const { jobId, outcome, attempt, numAttempts, at } of history.finals) {
    if (names.has(jobId)) add(at, `database: ${jobId} ${outcome} in attempt ${attempt} of ${numAttempts}`);
  }
  for (const fact of facts) {
    const { at, by, wall: _, ...rest } = fact;
    const isTheirs = [jobOf(fact), keyOf(fact)].some((name) => name !== undefined && names.has(name));
    const isOfHolder =
      ('process' in fact && holders.has(fact.process)) ||
      (fact.kind === 'event' && fact.jobId === undefined && holders.has(by));
    if (isTheirs || isOfHolder || fact.kind === 'fault') add(at, `${by}: ${JSON.stringify(rest)}`);
  }
  const sorted = lines.sort((a, b) => a.at - b.at);
  return sorted.map(({ at, text }) => `${((at - startedAt) / 1000).toFixed(4).padStart(9)}  ${text}`);
}

function jobOf(fact: Fact): string | undefined {
  return 'jobId' in fact ? fact.jobId : undefined;
}

function keyOf(fact: Fact): string | undefined {
  if (fact.kind === 'call') return fact.plan.key;
  return 'key' in fact ? (fact.key ?? undefined) : undefined;
}
