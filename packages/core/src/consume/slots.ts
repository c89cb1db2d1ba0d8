import type { ClaimedJob } from '../model/job.ts';
import type { Demand } from '../statements/claim.ts';
import type { Holding, Holdings } from './holdings.ts';
import { JobMeter } from './job-meter.ts';

/** Jobs to be run one after the other in one slot: one job, or several of one group. */
export interface GroupRun {
  readonly holdings: readonly Holding[];
  /** When they were claimed, by this process's clock. */
  readonly claimedAt: number;
}

/** What a Worker runs a job in. */
export interface Slot {
  readonly owner: WorkerSlots;
  /** What runs in it, or ran in it last. */
  run: GroupRun;
  startedAt: number;
}

/** A Worker, as its pool sees it. */
export interface WorkerSlots {
  readonly id: string;
  readonly concurrency: number;
  /** Works through the run that a slot was given, and frees the slot ({@link SlotPool.finish}). */
  start(slot: Slot): void;
}

/**
 * How long a job that was claimed ahead may wait for a slot before it is released, in milliseconds: some times of what
 * it was expected to wait. Somebody else may be idle.
 */
const HOLD_MS = 250;

const NO_RUN: GroupRun = { holdings: [], claimedAt: -Infinity };

/**
 * All Workers of a process that take jobs of the same channels: their idle slots, the jobs that were claimed for them a
 * little ahead, and how fast they work.
 */
export class SlotPool {
  /** `null`: all channels. */
  readonly channels: readonly string[] | null;
  readonly meter: JobMeter;
  /** The last claim found less than was asked for: until something new is heard, asking again is for nothing. */
  isDrained = false;
  readonly #holdings: Holdings;
  /** Those of the Workers that are there; a slot whose Worker has left ends with its run. */
  readonly #slots = new Set<Slot>();
  #idle: Slot[] = [];
  #runs: GroupRun[] = [];
  #buffered = 0;
  #chars = 0;
  /** Whether a slot had nothing to start at some time since the last {@link demand}. */
  #wasStarved = true;
  /** How many jobs to hold ahead, as of the last {@link demand}. */
  #ahead = 0;
  #latest = '';
  /** How many jobs a group gives at once: a mean over some claims. */
  #usualPerGroup: number | undefined;

  constructor(channels: readonly string[] | null, now: number, holdings: Holdings) {
    this.channels = channels;
    this.meter = new JobMeter(now);
    this.#holdings = holdings;
  }

  /** The Worker that a job held ahead is told to belong to: any of them might have run it, this is the latest. */
  get ownerId(): string {
    return this.#latest;
  }

  /** How many jobs its Workers run at a time, all together. */
  get slots(): number {
    return this.#slots.size;
  }

  get isUnused(): boolean {
    return this.#slots.size === 0;
  }

  join(owner: WorkerSlots, now: number): void {
    this.#latest = owner.id;
    for (let i = 0; i < owner.concurrency; i += 1) {
      const slot: Slot = { owner, run: NO_RUN, startedAt: 0 };
      this.#slots.add(slot);
      this.#idle.push(slot);
    }
    this.#dispatch(now);
  }

  /** Takes the slots of a Worker out, and returns those in which something runs. */
  leave(owner: WorkerSlots): readonly Slot[] {
    const own = [...this.#slots].filter((slot) => slot.owner === owner);
    for (const slot of own) this.#slots.delete(slot);
    this.#idle = this.#idle.filter((slot) => slot.owner !== owner);
    return own.filter(({ run }) => run !== NO_RUN);
  }

  /** A run is over. */
  finish(slot: Slot, now: number): void {
    this.#chars -= charsOf(slot.run);
    slot.run = NO_RUN;
    if (!this.#slots.has(slot)) return;
    this.#idle.push(slot);
    this.#dispatch(now);
  }

  /**
   * What to claim now, or `null` when it is not worth a statement: no slot waits, and the jobs claimed ahead will last
   * for a while.
   */
  demand(now: number): Demand | null {
    if (this.isDrained || this.isUnused) return null;
    this.meter.update(now, !this.#wasStarved);
    this.#wasStarved = this.#runs.length === 0;
    this.#ahead = this.meter.ahead(this.#slots.size - this.#countOverdue(now));
    const { maxPerGroup } = this.meter;
    // Whatever can start has started: either no slot is idle, or no job is held.
    const slots = this.#idle.length;
    const missing = Math.max(0, this.#ahead - this.#buffered);
    if (slots === 0 && missing < Math.max(1, this.#ahead / 2)) return null;
    const demand = { channels: this.channels, slots, ahead: missing, maxPerGroup };
    return this.#usualPerGroup === undefined ? demand : { ...demand, usual: Math.ceil(this.#usualPerGroup) };
  }

  /** How many jobs could start at once, if none is waited for: every job known of when it last asked was taken. */
  get idleSlots(): number {
    return this.isDrained ? this.#idle.length : 0;
  }

  takes(channel: string): boolean {
    return this.channels === null || this.channels.includes(channel);
  }

  /** A cheap guess at whether {@link demand} would ask for anything. */
  get wantsJobs(): boolean {
    return !this.isDrained && (this.#idle.length > 0 || this.#buffered <= this.#ahead / 2);
  }

  /** Takes claimed jobs in, in their order, those of one group as one run, and starts what can start. */
  accept(jobs: readonly ClaimedJob[], now: number): void {
    let groups: Map<string, Holding[]> | undefined;
    for (const job of jobs) {
      const holding = this.#holdings.take(job);
      if (holding === null) {
        // A commit was lost, and with it that the group was taken: what comes behind goes on behind the run that goes on.
        const run = this.#holdings.runOf(job);
        if (run === undefined || job.jobGroup === null) continue;
        groups ??= new Map();
        groups.set(job.jobGroup, run);
        continue;
      }
      const fresh = [holding];
      if (job.jobGroup !== null) {
        groups ??= new Map();
        const run = groups.get(job.jobGroup);
        holding.run = run ?? fresh;
        if (run !== undefined) {
          holding.phase = run[0]?.phase === 'held' ? 'held' : 'next';
          if (holding.phase === 'held') this.#buffered += 1;
          this.#chars += job.payloadText.length;
          run.push(holding);
          continue;
        }
        groups.set(job.jobGroup, fresh);
      }
      this.#buffered += 1;
      this.#chars += job.payloadText.length;
      this.#runs.push({ holdings: fresh, claimedAt: now });
    }
    if (groups !== undefined) this.#noteGroupRuns([...groups.values()]);
    this.#dispatch(now);
  }

  /** How many characters of payload are held here, by jobs that run and that wait for a slot. */
  get chars(): number {
    return this.#chars;
  }

  /** When the jobs held ahead must be released, by this process's clock; `Infinity` when there are none. */
  get holdsUntil(): number {
    return (this.#runs[0]?.claimedAt ?? Infinity) + HOLD_MS;
  }

  /** Gives up all jobs that were not started, and returns them. */
  takeHeld(): readonly Holding[] {
    for (const run of this.#runs) this.#chars -= charsOf(run);
    const held = this.#runs.flatMap(({ holdings }) => holdings);
    this.#runs = [];
    this.#buffered = 0;
    return held;
  }

  #noteGroupRuns(runs: readonly (readonly Holding[])[]): void {
    const mean = runs.reduce((sum, { length }) => sum + length, 0) / runs.length;
    this.#usualPerGroup = ((this.#usualPerGroup ?? mean) + mean) / 2;
  }

  /** Slots that are not about to be idle: what runs there has taken much longer than such runs do. */
  #countOverdue(now: number): number {
    let overdue = 0;
    for (const { run, startedAt } of this.#slots) {
      if (run !== NO_RUN && this.meter.isOverdue(now - startedAt, run.holdings.length)) overdue += 1;
    }
    return overdue;
  }

  #dispatch(now: number): void {
    while (this.#idle.length > 0) {
      const run = this.#runs.shift();
      if (run === undefined) {
        this.#wasStarved = true;
        return;
      }
      this.#buffered -= run.holdings.length;
      for (const holding of run.holdings) holding.phase = 'next';
      const slot = this.#idle.shift() as Slot;
      slot.run = run;
      slot.startedAt = now;
      slot.owner.start(slot);
    }
  }
}

function charsOf({ holdings }: GroupRun): number {
  let chars = 0;
  for (const { job } of holdings) chars += job.payloadText.length;
  return chars;
}
