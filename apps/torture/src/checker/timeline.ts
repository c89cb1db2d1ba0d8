import type { Fact } from '../ledger/facts.ts';
import type { History } from './history.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** How long before and after what is told faults may have had to do with it, in milliseconds. */
const AROUND_MS = 4_000;

/**
 * All that is known of some jobs (by id or key), processes and groups, in the order of time, and the faults around.
 * `startedAt` is the time that counts as 0.
 */
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
  const holders = new Set(history.claims.filter(({ jobId }) => names.has(jobId)).map(({ process }) => process));
  const told = facts.filter((fact) => isNamed(fact, names)).map(lineOf);
  const lines = [...told, ...seenByDatabase(history, names)];
  const from = lines.reduce((least, { at }) => Math.min(least, at), Infinity) - AROUND_MS;
  const to = lines.reduce((most, { at }) => Math.max(most, at), -Infinity) + AROUND_MS;
  const around = facts
    .filter((fact) => fact.kind === 'fault' || (isOf(fact, holders) && !isNamed(fact, names)))
    .filter(({ at }) => at > from && at < to)
    .map(lineOf);
  const sorted = [...lines, ...around].sort((a, b) => a.at - b.at);
  return sorted.map(({ at, text }) => `${((at - startedAt) / 1000).toFixed(4).padStart(9)}  ${text}`);
}

function isNamed(fact: Fact, names: ReadonlySet<string>): boolean {
  return (
    [jobOf(fact), keyOf(fact), groupOf(fact)].some((name) => name !== undefined && names.has(name)) || isOf(fact, names)
  );
}

/** Of processes: how they lived, and what troubled them. */
function isOf(fact: Fact, processes: ReadonlySet<string>): boolean {
  if ('process' in fact) return processes.has(fact.process);
  return (fact.kind === 'lag' || (fact.kind === 'event' && fact.jobId === undefined)) && processes.has(fact.by);
}

function seenByDatabase(history: History, names: ReadonlySet<string>): readonly Line[] {
  const lines: Line[] = [];
  const add = (at: number | null, text: string): void => {
    if (at !== null) lines.push({ at, text: `database: ${text}` });
  };
  for (const { jobId, process, fence, attempt, at, endedAt, end, isSpent, isLeaseOver } of history.claims) {
    if (!names.has(jobId)) continue;
    const spent = isSpent ? 'spent' : 'not spent';
    add(at, `${jobId} claimed by ${process}, claim ${fence}, attempt ${attempt}`);
    add(endedAt, `claim ${fence} of ${jobId} ${end}, attempt ${spent}${isLeaseOver ? ', lease over' : ''}`);
  }
  for (const { jobId, key, at } of history.inserted) {
    if (names.has(jobId)) add(at, `${jobId} inserted, ${key ?? 'a tick'}`);
  }
  for (const { jobId, key, isRestart, at } of history.replacements) {
    if (names.has(jobId)) add(at, `${jobId} has the payload of ${key}${isRestart ? ', and its delay' : ''}`);
  }
  for (const { jobId, outcome, attempt, numAttempts, at } of history.finals) {
    if (names.has(jobId)) add(at, `${jobId} ${outcome} in attempt ${attempt} of ${numAttempts}`);
  }
  for (const { jobId, at, state } of history.deleted) {
    if (names.has(jobId)) add(at, `${jobId} deleted by hand, was ${state}`);
  }
  for (const { group, at, lockedSecs } of history.unlocks) {
    if (names.has(group)) add(at, `group ${group} opened by force after ${lockedSecs} s`);
  }
  return lines;
}

function lineOf({ at, by, wall: _, ...fact }: Fact): Line {
  return { at, text: `${by}: ${JSON.stringify(fact)}` };
}

function jobOf(fact: Fact): string | undefined {
  return 'jobId' in fact ? fact.jobId : undefined;
}

function keyOf(fact: Fact): string | undefined {
  if (fact.kind === 'call') return fact.plan.key;
  return 'key' in fact ? (fact.key ?? undefined) : undefined;
}

function groupOf(fact: Fact): string | undefined {
  return fact.kind === 'event' ? fact.group : undefined;
}
