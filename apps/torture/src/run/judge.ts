import { assemble } from '../checker/assemble.ts';
import { check, type Violation } from '../checker/check.ts';
import type { History } from '../checker/history.ts';
import { timeline } from '../checker/timeline.ts';
import { readLedgers } from '../ledger/read-ledgers.ts';
import { BLOCKED_SECS, CONTEXT_SETTINGS, REPEAT_SECS } from '../settings.ts';
import { readKeptWitness } from '../witness/kept-witness.ts';

export interface Judgement {
  readonly history: History;
  readonly violations: readonly Violation[];
  /** The facts of the jobs that some violations concern. */
  readonly explain: (violation: Violation) => readonly string[];
}

/** Judges a run by what is left of it in its folder: ledgers, and what the database saw. */
export function judge(folder: string): Judgement {
  const facts = readLedgers(folder);
  const { leaseSecs, jobGroupUnlockSecs: groupUnlockSecs, abortGraceSecs: graceSecs } = CONTEXT_SETTINGS;
  const history = assemble(facts, readKeptWitness(folder), {
    leaseSecs,
    blockedSecs: BLOCKED_SECS,
    groupUnlockSecs,
    repeatSecs: REPEAT_SECS,
    graceSecs,
  });
  const startedAt = facts[0]?.at ?? 0;
  return { history, violations: check(history), explain: ({ about }) => timeline(about, facts, history, startedAt) };
}
