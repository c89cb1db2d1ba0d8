/** What a schedule is told. */
export interface ModelRule {
  /** `cron`: by the clock of UTC. `every`: so many seconds after the tick before. */
  readonly by: 'cron' | 'every';
  readonly periodSecs: number;
  readonly catchUp: 'none' | 'latest' | 'all';
  readonly maxLateSecs: number | null;
  readonly overlap: 'allow' | 'skip';
  readonly n: number;
}

/** Time passes in steps of this, so that the grid of an expression, which is that of real time, fits after each. */
export const STEP_SECS = 600;

export interface ModelSchedule {
  readonly key: string;
  readonly origin: 'api' | 'definition';
  rule: ModelRule;
  nextMs: number;
  lastMs: number | null;
  lastJobId: string | null;
  isPaused: boolean;
  /** Another after each tick and each change: what was planned before is out of date. */
  revision: number;
}

/** A job that is to be there. */
export interface ModelTick {
  readonly key: string;
  readonly origin: 'schedule' | 'trigger' | 'backfill';
  readonly dueMs: number;
  readonly isLate: boolean;
  readonly n: number;
}

/** What becomes of a schedule whose next tick is due. */
export interface ModelPlan {
  readonly schedule: ModelSchedule;
  readonly revision: number;
  readonly ticks: readonly ModelTick[];
  readonly lastMs: number;
  readonly left: 'overlap' | 'late' | null;
}

/**
 * Schedules as their users see them. Time is the database's clock and all that rows were moved back so far, in
 * milliseconds: so a moment stays what it is while time passes.
 */
export class ScheduleModel {
  readonly schedules = new Map<string, ModelSchedule>();
  /** What the definition declares, by key. */
  declared: ReadonlyMap<string, ModelRule> = new Map();
  agedMs = 0;
  /** Jobs that are over. */
  readonly over = new Set<string>();
  #revisions = 0;

  /** By a call or a definition, which are not told apart here: the next tick is the first from now on. */
  enter(key: string, rule: ModelRule, nowMs: number, origin: ModelSchedule['origin']): void {
    const known = this.schedules.get(key);
    if (known === undefined) {
      const fresh = { lastMs: null, lastJobId: null, isPaused: false, revision: this.#another() };
      this.schedules.set(key, { key, origin, rule, nextMs: firstOf(rule, null, nowMs), ...fresh });
      return;
    }
    if (JSON.stringify(known.rule) === JSON.stringify(rule)) return;
    const isSameTiming = known.rule.by === rule.by && known.rule.periodSecs === rule.periodSecs;
    if (!isSameTiming) known.nextMs = firstOf(rule, known.lastMs, nowMs);
    Object.assign(known, { rule, revision: this.#another() });
  }

  /** The definition is registered with other schedules. */
  declare(declared: ReadonlyMap<string, ModelRule>, nowMs: number): void {
    this.declared = declared;
    for (const { key, origin } of [...this.schedules.values()]) {
      if (origin === 'definition' && !declared.has(key)) this.schedules.delete(key);
    }
    this.enterDeclared(nowMs);
  }

  enterDeclared(nowMs: number): void {
    for (const [key, rule] of this.declared) this.enter(key, rule, nowMs, 'definition');
  }

  get missing(): readonly string[] {
    return [...this.declared.keys()].filter((key) => !this.schedules.has(key));
  }

  pause(schedule: ModelSchedule): void {
    Object.assign(schedule, { isPaused: true, revision: this.#another() });
  }

  resume(schedule: ModelSchedule, nowMs: number): void {
    if (!schedule.isPaused) return;
    const nextMs = after(schedule.rule, schedule.nextMs, nowMs);
    Object.assign(schedule, { isPaused: false, nextMs, revision: this.#another() });
  }

  /** What an orchestrator that looks now is to enqueue. */
  plan(nowMs: number): readonly ModelPlan[] {
    const due = [...this.schedules.values()].filter(({ isPaused, nextMs }) => !isPaused && nextMs <= nowMs);
    return due.map((schedule) => this.#planOf(schedule, nowMs));
  }

  #planOf(schedule: ModelSchedule, nowMs: number): ModelPlan {
    const { key, rule, nextMs, lastJobId, revision } = schedule;
    const { catchUp, maxLateSecs, overlap, periodSecs, n } = rule;
    const due: number[] = [];
    for (let ms = nextMs; ms <= nowMs; ms += periodSecs * 1000) due.push(ms);
    const wanted = catchUp === 'all' ? due : due.slice(-1);
    const mostSecs = maxLateSecs ?? (catchUp === 'none' ? 60 : Infinity);
    const inTime = wanted.filter((dueMs) => nowMs - dueMs <= mostSecs * 1000);
    const isHeld = overlap === 'skip' && lastJobId !== null && !this.over.has(lastJobId);
    const room = isHeld ? 0 : overlap === 'skip' ? 1 : inTime.length;
    const ticks = inTime
      .slice(0, room)
      .map((dueMs): ModelTick => ({ key, origin: 'schedule', dueMs, isLate: nowMs - dueMs > 60_000, n }));
    const left = inTime.length > ticks.length ? 'overlap' : wanted.length > inTime.length ? 'late' : null;
    return { schedule, revision, ticks, lastMs: due.at(-1) ?? nextMs, left };
  }

  /** The schedule's ticks were dealt with. The job of the last one that was enqueued is entered once it is known. */
  advance({ schedule, lastMs }: ModelPlan): void {
    Object.assign(schedule, { lastMs, nextMs: after(schedule.rule, lastMs, lastMs), revision: this.#another() });
  }

  /** The ticks of a stretch of the past, `toMs` excluded. */
  ticksIn({ rule, nextMs }: ModelSchedule, fromMs: number, toMs: number): readonly number[] {
    const ticks: number[] = [];
    for (let ms = after(rule, nextMs, fromMs - 1); ms < toMs; ms += rule.periodSecs * 1000) ticks.push(ms);
    return ticks;
  }

  #another(): number {
    this.#revisions += 1;
    return this.#revisions;
  }
}

/** An interval begins at once, and goes on on the grid of its last tick. */
function firstOf(rule: ModelRule, lastMs: number | null, nowMs: number): number {
  return rule.by === 'every' && lastMs === null ? Math.floor(nowMs) : after(rule, lastMs ?? nowMs, nowMs);
}

/** The first tick later than `ms`. @param gridMs a tick, which only an interval needs */
function after({ by, periodSecs }: ModelRule, gridMs: number, ms: number): number {
  const [periodMs, fromMs] = [periodSecs * 1000, by === 'cron' ? 0 : gridMs];
  return fromMs + (Math.floor((ms - fromMs) / periodMs) + 1) * periodMs;
}
