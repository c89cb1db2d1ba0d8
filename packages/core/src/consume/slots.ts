import type { ClaimedJob } from '../model/job.ts';
import type { Demand } from '../statements/claim.ts';
import { GroupRun, type Held } from './group-run.ts';
import { GroupYield } from './group-yield.ts';
import type { Holding, RunOfGroup } from './holding.ts';
import type { Holdings } from './holdings.ts';
import { JobMeter } from './job-meter.ts';

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

const NONE: ReadonlySet<string> = new Set();

const NO_RUN = new GroupRun(-Infinity, { jobs: 0, chars: 0 });

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
  /** What there is may not be held ahead: only idle slots are worth asking for. */
  isStartOnly = false;
  readonly #holdings: Holdings;
  /** Those of the Workers that are there; a slot whose Worker has left ends with its run. */
  readonly #slots = new Set<Slot>();
  #idle: Slot[] = [];
  #runs: GroupRun[] = [];
  readonly #held: Held = { jobs: 0, chars: 0 };
  /** Whether a slot had nothing to start at some time since the last {@link demand}. */
  #wasStarved = true;
  /** How many jobs to hold ahead, as of the last {@link demand}. */
  #ahead = 0;
  #latest = '';
  readonly #yield = new GroupYield();

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

  /** Something new was heard: asking again is worth it. */
  hear(): void {
    this.isDrained = false;
    this.isStartOnly = false;
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
    slot.run.end();
    slot.run = NO_RUN;
    if (!this.#slots.has(slot)) return;
    this.#idle.push(slot);
    this.#dispatch(now);
  }

  /** Gives up the slot in which a job without a group hangs, and gives its Worker another one. Returns the slot. */
  replace(owner: WorkerSlots, holding: Holding, now: number): Slot | undefined {
    const slot = [...this.#slots].find(({ run }) => run.holdings[0] === holding);
    if (slot === undefined) return undefined;
    this.#slots.delete(slot);
    const other: Slot = { owner, run: NO_RUN, startedAt: 0 };
    this.#slots.add(other);
    this.#idle.push(other);
    this.#dispatch(now);
    return slot;
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
    const missing = this.isStartOnly ? 0 : Math.max(0, this.#ahead - this.#held.jobs);
    if (slots === 0 && missing < Math.max(1, this.#ahead / 2)) return null;
    const demand = { channels: this.channels, slots, ahead: missing, maxPerGroup };
    const usual = this.#yield.jobs;
    return usual === undefined ? demand : { ...demand, usual };
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
    if (this.isDrained) return false;
    return this.#idle.length > 0 || (!this.isStartOnly && this.#held.jobs <= this.#ahead / 2);
  }

  /**
   * Takes claimed jobs in, in their order, those of one group as one run, and starts what can start. The jobs of the groups
   * `parallel` run side by side. Of a claim that looked for jobs `wanted` says how many: one of jobs by their ids tells nothing
   * of what their groups have.
   */
  accept(jobs: readonly ClaimedJob[], now: number, parallel: ReadonlySet<string> = NONE, wanted?: number): void {
    let groups: Map<string, { run: RunOfGroup; jobs: number }> | undefined;
    let grouped = 0;
    for (const job of jobs) {
      const holding = this.#holdings.take(job);
      const { jobGroup } = job;
      if (jobGroup !== null) grouped += 1;
      if (holding !== null && (jobGroup === null || parallel.has(jobGroup))) {
        this.#newRun(now).put(holding);
        continue;
      }
      // A commit was lost, and with it that the group was taken: its jobs go on in the run that goes on.
      const goesOn = holding === null ? this.#holdings.runOf(job) : undefined;
      if (jobGroup === null || (holding === null && goesOn === undefined)) continue;
      groups ??= new Map();
      const group = groups.get(jobGroup) ?? { run: goesOn ?? this.#newRun(now), jobs: 0 };
      groups.set(jobGroup, group);
      group.jobs += 1;
      if (goesOn !== undefined) this.#goOn(group, goesOn);
      if (holding !== null) group.run.put(holding);
    }
    if (grouped > 0 && wanted !== undefined) this.#yield.noteClaim(parallel.size > 0);
    if (groups !== undefined && wanted !== undefined) {
      const filledBy = grouped >= wanted ? 'groups' : jobs.length >= wanted ? 'others' : 'nobody';
      this.#yield.note([...groups.values()], filledBy);
    }
    this.#dispatch(now);
  }

  #newRun(now: number): GroupRun {
    const run = new GroupRun(now, this.#held);
    this.#runs.push(run);
    return run;
  }

  /** What a claim brought of a group before a job that the process runs already is worked off with it, not beside it. */
  #goOn(group: { run: RunOfGroup }, run: RunOfGroup): void {
    const fresh = this.#runs.indexOf(group.run as GroupRun);
    if (group.run !== run && fresh >= 0) {
      const [taken] = this.#runs.splice(fresh, 1);
      taken?.end();
      for (const holding of taken?.holdings ?? []) run.put(holding);
    }
    group.run = run;
  }

  /** How many characters of payload are held here, by jobs that run and that wait for a slot. */
  get chars(): number {
    return this.#held.chars;
  }

  /** When the jobs held ahead must be released, by this process's clock; `Infinity` when there are none. */
  get holdsUntil(): number {
    return (this.#runs[0]?.claimedAt ?? Infinity) + HOLD_MS;
  }

  /** Gives up all jobs that were not started, and returns them. */
  takeHeld(): readonly Holding[] {
    const runs = this.#runs.splice(0);
    for (const run of runs) run.end();
    return runs.flatMap(({ holdings }) => holdings);
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
      run.start();
      const slot = this.#idle.shift() as Slot;
      slot.run = run;
      slot.startedAt = now;
      slot.owner.start(slot);
    }
  }
}
