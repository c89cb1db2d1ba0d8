import { isToldToEnd } from './aborts.ts';
import { grouped } from './grouped.ts';
import {
  type Claim,
  type Enqueue,
  type Event,
  type Final,
  type History,
  type Interval,
  type Process,
  RECORDED,
  type Run,
  TRANSLATION_MS,
  type Trouble,
} from './history.ts';
import { lastingRecords } from './lasting-records.ts';
import { type Place, placesOf } from './places.ts';
import { plansOf } from './plans.ts';
import type { Replacement } from './witnessed-rows.ts';

/** A run, and the claim that it began under. */
export interface ClaimedRun extends Run {
  /** `undefined`: its process held none. */
  readonly claim: Claim | undefined;
  /** It began after its claim had been taken back, or its job deleted. */
  readonly isStray: boolean;
  /** Its claim was lost with the commit, and what came after knows nothing of it. */
  readonly isGhost: boolean;
  /** It went on after its grace, and its claim was ended all the same: from then on it has no right. */
  readonly isOverrun: boolean;
  /** Since when and until when it had a right to its job: its begin, or that of a claim that it was given again; its end, its process's end, or its claim's being taken from it. */
  readonly sinceAt: number;
  readonly untilAt: number;
}

/** How long after a commit who was told of it may have acted on it, in milliseconds. */
const LATE_MS = 1_000;

/** A history, arranged by job and by process for the rules. */
export class Account {
  readonly history: History;
  readonly runs: readonly ClaimedRun[];
  readonly runsOf: ReadonlyMap<string, readonly ClaimedRun[]>;
  readonly runsUnder: ReadonlyMap<Claim | undefined, readonly ClaimedRun[]>;
  readonly claimsOf: ReadonlyMap<string, readonly Claim[]>;
  readonly finalsOf: ReadonlyMap<string, readonly Final[]>;
  readonly processes: ReadonlyMap<string, Process>;
  /** Of each job how it was enqueued; what it is to do is that of the last one that replaced it. */
  readonly plans: ReadonlyMap<string, Enqueue>;
  readonly replacementsOf: ReadonlyMap<string, readonly Replacement[]>;
  readonly places: ReadonlyMap<string, Place>;
  readonly tickIds: ReadonlySet<string>;
  readonly #completing: ReadonlySet<string>;
  readonly #losses: readonly Interval[];
  readonly #refused: ReadonlySet<string>;
  readonly #runsByJob: ReadonlyMap<string, readonly Run[]>;
  readonly #recorded: ReadonlyMap<string, readonly Event[]>;
  readonly #lasting: ReadonlySet<Event>;

  constructor(history: History) {
    this.history = history;
    this.processes = new Map(history.processes.map((process) => [process.name, process]));
    this.claimsOf = grouped(history.claims, ({ jobId }) => jobId);
    this.finalsOf = grouped(history.finals, ({ jobId }) => jobId);
    this.replacementsOf = grouped(
      [...history.replacements].sort((a, b) => a.at - b.at),
      ({ jobId }) => jobId,
    );
    this.plans = plansOf(history, this.replacementsOf);
    this.places = placesOf(history.inserted, this.plans);
    this.#completing = new Set(history.entries.map(({ run }) => run));
    this.#losses = history.losses.map((loss) => untilBack(loss, history.troubles));
    this.#refused = new Set(history.refused.map(({ jobId }) => jobId));
    this.#runsByJob = grouped(history.runs, ({ jobId }) => jobId);
    this.#recorded = grouped(
      history.events.filter(({ type }) => RECORDED.some((word) => word === type)),
      ({ jobId, process }) => `${jobId} ${process}`,
    );
    this.#lasting = lastingRecords(history.claims, this.#recorded);
    this.runs = history.runs.map((run) => this.#claimed(run)).sort((a, b) => a.startedAt - b.startedAt);
    this.runsOf = grouped(this.runs, ({ jobId }) => jobId);
    this.runsUnder = grouped(this.runs, ({ claim }) => claim);
    const scheduled = history.inserted.filter(({ tick }) => tick !== null);
    this.tickIds = new Set([...history.ticks, ...scheduled].map(({ jobId }) => jobId));
  }

  /** How long a process had no processor between two moments, in milliseconds. */
  frozenMs(process: string, from: number, to: number): number {
    const frozen = this.processes.get(process)?.frozen ?? [];
    return frozen.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0);
  }

  /** Whether what a process told at that time may have been undone since: also where it was told so, and then stood still. */
  isUndoneOf(name: string, at: number): boolean {
    const { lags = [], frozen = [] } = this.processes.get(name) ?? {};
    const still = [...lags, ...frozen].filter(({ from, to }) => from <= at && at <= to + LATE_MS);
    const isMissed = this.#losses.some((loss) => still.some(({ from }) => isMeeting(loss, { from, to: at })));
    return isMissed || this.isUndone(at);
  }

  /** Whether what somebody was told of at that time may have been undone since. */
  isUndone(at: number | null): boolean {
    return at !== null && this.#losses.some(({ from, to }) => at >= from && at <= to + LATE_MS);
  }

  /** Whether its process was told that the end of a run is recorded, or its claim lost, and that may have been undone since. */
  isRecordUndone(run: Run): boolean {
    const at = this.#recordedAt(run);
    if (at !== null && this.isUndoneOf(run.process, at)) return true;
    return this.history.events.some(
      ({ type, jobId, process, at: toldAt }) =>
        type === 'WORKER_JOB_LOSE' &&
        jobId === run.jobId &&
        process === run.process &&
        toldAt >= run.startedAt &&
        this.isUndoneOf(process, toldAt),
    );
  }

  /** Whether it has completed its job in a transaction, and that was committed, whatever became of it afterwards. */
  isCompleting({ run }: Run): boolean {
    return this.#completing.has(run);
  }

  /** Whether the database ever refused to record the end of a job. */
  isRefused(jobId: string): boolean {
    return this.#refused.has(jobId);
  }

  /** The troubles between two moments that a process may have had a part in. */
  troublesOf(process: string, during: Interval): readonly Trouble[] {
    const isLinked = this.processes.get(process)?.reach.way === 'linked';
    return this.history.troubles.filter((one) => (one.of !== 'link' || isLinked) && isMeeting(one, during));
  }

  /** When its process was told that the end of a run is recorded. */
  #recordedAt(run: Run): number | null {
    const { endedAt } = run;
    const told = this.#recordsOf(run);
    return told.find(({ at, type }) => type !== 'WORKER_JOB_RELEASE' && endedAt !== null && at >= endedAt)?.at ?? null;
  }

  /**
   * What its process told of as recorded that may be of this run's attempt: of the one before, after which it
   * may have claimed the job again, it may have learned late.
   */
  #recordsOf({ jobId, process, attempt }: Run): readonly Event[] {
    const told = this.#recorded.get(`${jobId} ${process}`) ?? [];
    return told.filter((event) => event.attempt === null || event.attempt === attempt);
  }

  /** With the last claim that its process made for this attempt before it began. */
  #claimed(run: Run): ClaimedRun {
    const claims = this.#claimsFor(run);
    const known = claims.findLast(({ at }) => at <= run.startedAt + TRANSLATION_MS);
    const isLost = this.isUndone(run.startedAt) && (known === undefined || this.#wasOver(known, run));
    const claim = isLost ? this.#claimAgain(run, claims) : known;
    const isTaken = claim?.end === 'taken back' || claim?.end === 'deleted';
    const isOverrun = !isTaken && this.#isOverrun(run, claim);
    const takenAt = isTaken || isOverrun || this.isCompleting(run) ? (claim?.endedAt ?? Infinity) : Infinity;
    const ownEnd = run.endedAt ?? this.processes.get(run.process)?.endedAt ?? Infinity;
    return {
      ...run,
      claim,
      isGhost: isLost && claim === undefined,
      sinceAt: isLost ? Math.max(run.startedAt, claim?.at ?? 0) : run.startedAt,
      isStray: takenAt + TRANSLATION_MS < run.startedAt,
      isOverrun,
      untilAt: Math.min(ownEnd, takenAt),
    };
  }

  /** Whether nobody waits for a run any longer that was told to end, and has not. */
  #isOverrun(run: Run, claim: Claim | undefined): boolean {
    if (claim?.endedAt == null || !isToldToEnd(run, this)) return false;
    const isLate = (run.endedAt ?? Infinity) > claim.endedAt + TRANSLATION_MS;
    const isDue =
      claim.endedAt >= (run.abortedAt ?? Infinity) + this.history.settings.graceSecs * 1000 - TRANSLATION_MS;
    return isLate && isDue && this.plans.get(run.jobId)?.group === null;
  }

  /** Those of its process for its attempt. */
  #claimsFor(run: Run): readonly Claim[] {
    return (this.claimsOf.get(run.jobId) ?? []).filter(
      ({ process, attempt }) => process === run.process && attempt === run.attempt,
    );
  }

  /** Whether a claim had ended when a run began, or, where that was undone, had been told of as over or made use of. */
  #wasOver({ at, endedAt }: Claim, own: Run): boolean {
    const { jobId, process, attempt, startedAt } = own;
    if ((endedAt ?? Infinity) + TRANSLATION_MS < startedAt) return true;
    const records = this.#recordsOf(own).filter((event) => event.at >= at && event.at < startedAt);
    if (records.some((event) => !this.#lasting.has(event))) return true;
    return (this.#runsByJob.get(jobId) ?? []).some(
      (run) =>
        run.process === process &&
        run.attempt === attempt &&
        run.startedAt < startedAt &&
        run.startedAt + TRANSLATION_MS >= at,
    );
  }

  /**
   * After its claim was lost, its process may take the same job again, and must go on with the run that there is, or
   * have recorded what is not recorded yet of one that has ended. A later attempt is another claim's run.
   */
  #claimAgain(run: Run, claims: readonly Claim[]): Claim | undefined {
    const until = this.#recordedAt(run) ?? run.endedAt ?? Infinity;
    const again = claims.find(({ at }) => at > run.startedAt && at < until);
    const isRunAnew = (this.#runsByJob.get(run.jobId) ?? []).some(
      ({ process, attempt, startedAt }) =>
        process === run.process && attempt === run.attempt && startedAt + TRANSLATION_MS >= (again?.at ?? Infinity),
    );
    return isRunAnew ? undefined : again;
  }
}

/** A loss, up to when the server is there again: nobody can learn of it before, and whoever has claimed jobs goes on. */
function untilBack({ from, to }: Interval, troubles: readonly Trouble[]): Interval {
  const away = troubles.filter((one) => one.of === 'server' && one.from <= to && one.to >= to && one.to < Infinity);
  return { from, to: Math.max(to, ...away.map((one) => one.to)) };
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
