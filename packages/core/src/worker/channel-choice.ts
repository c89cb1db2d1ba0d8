import type { ClaimedJob } from '../model/job.ts';
import type { Demand } from '../statements/claim.ts';
import { JobMeter } from './job-meter.ts';

/** Jobs to be run one after the other in one slot: one job, or several of one group. */
export interface Run {
  readonly jobs: readonly ClaimedJob[];
  /** When they were claimed, by this process's clock. */
  readonly claimedAt: number;
}

/** Who can take a run: a Worker, once for each job that it may run at a time. */
export interface SlotOwner {
  readonly id: string;
}

/** How long a job that was claimed ahead may wait for a slot before it is handed back, in milliseconds. */
const HOLD_MS = 1_000;

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
  #runs: Run[] = [];
  #buffered = 0;
  #slots = 0;
  #latest = '';

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

  get isUnused(): boolean {
    return this.#owners.size === 0;
  }

  add(owner: TOwner, slots: number): void {
    this.#owners.add(owner);
    this.#latest = owner.id;
    this.#slots += slots;
    for (let i = 0; i < slots; i += 1) this.#free.push(owner);
    this.#dispatch();
  }

  remove(owner: TOwner, slots: number): void {
    this.#owners.delete(owner);
    this.#slots -= slots;
    this.#free = this.#free.filter((other) => other !== owner);
  }

  /** A run is over. */
  free(owner: TOwner): void {
    if (!this.#owners.has(owner)) return;
    this.#free.push(owner);
    this.#dispatch();
  }

  /**
   * What to claim now, or `null` when it is not worth a statement: no slot waits, and the jobs claimed ahead will last
   * for a while.
   */
  demand(now: number): Demand | null {
    if (this.isDry || this.isUnused) return null;
    this.meter.update(now);
    const ahead = this.meter.ahead(this.#slots);
    const { run } = this.meter;
    // Whatever can start has started: either no slot is free, or no job is held.
    const slots = this.#free.length;
    const missing = Math.max(0, ahead - this.#buffered);
    if (slots === 0 && missing < Math.max(1, ahead / 2)) return null;
    return { channels: this.channels, slots, ahead: missing, run };
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
    return !this.isDry && (this.#free.length > 0 || this.#buffered <= this.meter.ahead(this.#slots) / 2);
  }

  /** Takes claimed jobs in, in their order, those of one group as one run, and starts what can start. */
  accept(jobs: readonly ClaimedJob[], now: number): void {
    const groups = new Map<string, ClaimedJob[]>();
    for (const job of jobs) {
      if (!this.#isNew(job)) continue;
      this.#buffered += 1;
      const run = job.jobGroup === null ? undefined : groups.get(job.jobGroup);
      if (run !== undefined) {
        run.push(job);
        continue;
      }
      const fresh = [job];
      if (job.jobGroup !== null) groups.set(job.jobGroup, fresh);
      this.#runs.push({ jobs: fresh, claimedAt: now });
    }
    this.#dispatch();
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
    return held;
  }

  #dispatch(): void {
    while (this.#free.length > 0) {
      const run = this.#runs.shift();
      if (run === undefined) return;
      this.#buffered -= run.jobs.length;
      this.#start(run, this.#free.shift() as TOwner);
    }
  }
}
