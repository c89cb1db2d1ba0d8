import type { ClaimedJob } from '../model/job.ts';
import type { Demand } from '../statements/claim.ts';
import { JobMeter } from './job-meter.ts';

/** Jobs to be run one after the other in one slot: one job, or several of one group. */
export interface Run {
  readonly jobs: readonly ClaimedJob[];
  /** When they were claimed, by this process's clock. */
  readonly claimedAt: number;
}

/** A run, and what is known of it once it has begun. */
interface Started<TOwner> extends Run {
  owner: TOwner | undefined;
  startedAt: number;
}

/** Who can take a run: a Worker, once for each job that it may run at a time. */
export interface SlotOwner {
  readonly id: string;
}

/**
 * How long a job that was claimed ahead may wait for a slot before it is handed back, in milliseconds: some times of what
 * it was expected to wait. Somebody else may be idle.
 */
const HOLD_MS = 250;

/**
 * All Workers of a process that take jobs of the same channels: their free slots, the jobs that were claimed for them a
 * little ahead, and how fast they work.
 */
export class ChannelChoice<TOwner extends SlotOwner> {
  /** `null`: all channels. */
  readonly channels: readonly string[] | null;
  readonly meter: JobMeter;
  /** The last claim found less than was asked for: until something new is heard, asking again is for nothing. */
  isDry = false;
  readonly #start: (run: Run, owner: TOwner) => void;
  readonly #isNew: (claim: ClaimedJob) => boolean;
  readonly #owners = new Set<TOwner>();
  #free: TOwner[] = [];
  #runs: Started<TOwner>[] = [];
  readonly #running = new Set<Started<TOwner>>();
  #buffered = 0;
  #chars = 0;
  /** Whether a slot had nothing to start at some time since the last {@link demand}. */
  #ranDry = true;
  /** How many jobs to hold ahead, as of the last {@link demand}. */
  #ahead = 0;
  #slots = 0;
  #latest = '';
  /** How many jobs a group gives at once: a mean over some claims. */
  #usualRun: number | undefined;

  /** @param isNew notes a claim that was brought; false for one that this process holds already. */
  constructor(
    channels: readonly string[] | null,
    now: number,
    start: (run: Run, owner: TOwner) => void,
    isNew: (claim: ClaimedJob) => boolean = () => true,
  ) {
    this.channels = channels;
    this.meter = new JobMeter(now);
    this.#start = start;
    this.#isNew = isNew;
  }

  /** The Worker that a job held ahead is told to belong to: any of them might have run it, this is the latest. */
  get ownerId(): string {
    return this.#latest;
  }

  /** How many jobs its Workers run at a time, all together. */
  get slots(): number {
    return this.#slots;
  }

  get isUnused(): boolean {
    return this.#owners.size === 0;
  }

  add(owner: TOwner, slots: number, now: number): void {
    this.#owners.add(owner);
    this.#latest = owner.id;
    this.#slots += slots;
    for (let i = 0; i < slots; i += 1) this.#free.push(owner);
    this.#dispatch(now);
  }

  remove(owner: TOwner, slots: number): void {
    this.#owners.delete(owner);
    this.#slots -= slots;
    this.#free = this.#free.filter((other) => other !== owner);
  }

  /** A run is over. */
  free(owner: TOwner, run: Run, now: number): void {
    this.#running.delete(run as Started<TOwner>);
    this.#chars -= charsOf(run.jobs);
    if (!this.#owners.has(owner)) return;
    this.#free.push(owner);
    this.#dispatch(now);
  }

  /**
   * What to claim now, or `null` when it is not worth a statement: no slot waits, and the jobs claimed ahead will last
   * for a while.
   */
  demand(now: number): Demand | null {
    if (this.isDry || this.isUnused) return null;
    this.meter.update(now, !this.#ranDry);
    this.#ranDry = this.#runs.length === 0;
    this.#ahead = this.meter.ahead(this.#slots - this.#countOverdue(now));
    const { run } = this.meter;
    // Whatever can start has started: either no slot is free, or no job is held.
    const slots = this.#free.length;
    const missing = Math.max(0, this.#ahead - this.#buffered);
    if (slots === 0 && missing < Math.max(1, this.#ahead / 2)) return null;
    const demand = { channels: this.channels, slots, ahead: missing, run };
    return this.#usualRun === undefined ? demand : { ...demand, usual: Math.ceil(this.#usualRun) };
  }

  /** How many jobs could start at once, if none is waited for: every job known of when it last asked was taken. */
  get idleSlots(): number {
    return this.isDry ? this.#free.length : 0;
  }

  takes(channel: string): boolean {
    return this.channels === null || this.channels.includes(channel);
  }

  /** A cheap guess at whether {@link demand} would ask for anything. */
  get isHungry(): boolean {
    return !this.isDry && (this.#free.length > 0 || this.#buffered <= this.#ahead / 2);
  }

  /** Takes claimed jobs in, in their order, those of one group as one run, and starts what can start. */
  accept(jobs: readonly ClaimedJob[], now: number): void {
    const groups = new Map<string, ClaimedJob[]>();
    for (const job of jobs) {
      if (!this.#isNew(job)) continue;
      this.#buffered += 1;
      this.#chars += job.payloadText.length;
      const run = job.jobGroup === null ? undefined : groups.get(job.jobGroup);
      if (run !== undefined) {
        run.push(job);
        continue;
      }
      const fresh = [job];
      if (job.jobGroup !== null) groups.set(job.jobGroup, fresh);
      this.#runs.push({ jobs: fresh, claimedAt: now, owner: undefined, startedAt: 0 });
    }
    if (groups.size > 0) this.#noteRuns([...groups.values()]);
    this.#dispatch(now);
  }

  /** How many characters of payload are held here, by jobs that run and that wait for a slot. */
  get chars(): number {
    return this.#chars;
  }

  /** When the jobs held ahead must be handed back, by this process's clock; `Infinity` when there are none. */
  get holdsUntil(): number {
    return (this.#runs[0]?.claimedAt ?? Infinity) + HOLD_MS;
  }

  /** Gives up all jobs that were not started, and returns them. */
  takeHeld(): readonly ClaimedJob[] {
    const held = this.#runs.flatMap(({ jobs }) => jobs);
    this.#runs = [];
    this.#buffered = 0;
    this.#chars -= charsOf(held);
    return held;
  }

  #noteRuns(runs: readonly (readonly ClaimedJob[])[]): void {
    const mean = runs.reduce((sum, { length }) => sum + length, 0) / runs.length;
    this.#usualRun = ((this.#usualRun ?? mean) + mean) / 2;
  }

  /** Slots that are not about to be free: what runs there has taken much longer than such runs do. */
  #countOverdue(now: number): number {
    let overdue = 0;
    for (const { jobs, owner, startedAt } of this.#running) {
      if (this.#owners.has(owner as TOwner) && this.meter.isOverdue(now - startedAt, jobs.length)) overdue += 1;
    }
    return overdue;
  }

  #dispatch(now: number): void {
    while (this.#free.length > 0) {
      const run = this.#runs.shift();
      if (run === undefined) {
        this.#ranDry = true;
        return;
      }
      this.#buffered -= run.jobs.length;
      const owner = this.#free.shift() as TOwner;
      run.owner = owner;
      run.startedAt = now;
      this.#running.add(run);
      this.#start(run, owner);
    }
  }
}

function charsOf(jobs: readonly ClaimedJob[]): number {
  let chars = 0;
  for (const { payloadText } of jobs) chars += payloadText.length;
  return chars;
}
