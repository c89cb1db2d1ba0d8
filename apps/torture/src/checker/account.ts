import { grouped } from './grouped.ts';
import {
  type Claim,
  type Enqueue,
  type Final,
  type History,
  type Interval,
  type Process,
  type Run,
  TRANSLATION_MS,
  type Trouble,
} from './history.ts';

/** A run, and the claim that it began under. */
export interface ClaimedRun extends Run {
  /** `undefined`: its process held none. */
  readonly claim: Claim | undefined;
  /** It began after its claim had been taken back, or its job deleted. */
  readonly isStray: boolean;
  /** Until when it had a right to its job: its end, its process's end, or its claim's being taken from it. */
  readonly untilAt: number;
}

/** A history, arranged by job and by process for the rules. */
export class Account {
  readonly history: History;
  readonly runs: readonly ClaimedRun[];
  readonly runsOf: ReadonlyMap<string, readonly ClaimedRun[]>;
  readonly runsUnder: ReadonlyMap<Claim | undefined, readonly ClaimedRun[]>;
  readonly claimsOf: ReadonlyMap<string, readonly Claim[]>;
  readonly finalsOf: ReadonlyMap<string, readonly Final[]>;
  readonly processes: ReadonlyMap<string, Process>;
  readonly plans: ReadonlyMap<string, Enqueue>;
  readonly tickIds: ReadonlySet<string>;

  constructor(history: History) {
    this.history = history;
    this.processes = new Map(history.processes.map((process) => [process.name, process]));
    this.claimsOf = grouped(history.claims, ({ jobId }) => jobId);
    this.finalsOf = grouped(history.finals, ({ jobId }) => jobId);
    this.runs = history.runs.map((run) => this.#claimed(run)).sort((a, b) => a.startedAt - b.startedAt);
    this.runsOf = grouped(this.runs, ({ jobId }) => jobId);
    this.runsUnder = grouped(this.runs, ({ claim }) => claim);
    const keys = new Map(history.enqueues.map((enqueue) => [enqueue.key, enqueue]));
    this.plans = new Map(
      history.inserted.flatMap(({ jobId, key }) => {
        const plan = key === null ? undefined : keys.get(key);
        return plan === undefined ? [] : [[jobId, plan] as const];
      }),
    );
    this.tickIds = new Set(history.ticks.map(({ jobId }) => jobId));
  }

  /** How long a process had no processor between two moments, in milliseconds. */
  frozenMs(process: string, from: number, to: number): number {
    const frozen = this.processes.get(process)?.frozen ?? [];
    return frozen.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  }

  /** The troubles between two moments that a process may have had a part in. */
  troublesOf(process: string, during: Interval): readonly Trouble[] {
    const isLinked = this.processes.get(process)?.reach.way === 'linked';
    return this.history.troubles.filter((one) => (one.of !== 'link' || isLinked) && isMeeting(one, during));
  }

  /** The last claim that its process made for this attempt before it began. */
  #claimed(run: Run): ClaimedRun {
    const claim = (this.claimsOf.get(run.jobId) ?? []).findLast(
      ({ process, attempt, at }) =>
        process === run.process && attempt === run.attempt && at <= run.startedAt + TRANSLATION_MS,
    );
    const isTaken = claim?.end === 'taken back' || claim?.end === 'deleted';
    const takenAt = isTaken ? (claim.endedAt ?? Infinity) : Infinity;
    const ownEnd = run.endedAt ?? this.processes.get(run.process)?.endedAt ?? Infinity;
    return {
      ...run,
      claim,
      isStray: takenAt + TRANSLATION_MS < run.startedAt,
      untilAt: Math.min(ownEnd, takenAt),
    };
  }
}

/** Whether two intervals have a moment in common. */
export function isMeeting(one: Interval, other: Interval): boolean {
  return one.from <= other.to && other.from <= one.to;
}

/** A rule finds what broke one promise, whatever else went wrong. */
export type Rule = (account: Account) => readonly Finding[];

/** What a rule found; the rule's name is added by who asked it. */
export interface Finding {
  readonly text: string;
  readonly about: readonly string[];
}
