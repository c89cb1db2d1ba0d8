import { outside } from '../runtime/async-context.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Hooks } from '../services/hooks.ts';
import type { Holding } from './holding.ts';
import type { GroupRunner, RunningWorker } from './run/group-runner.ts';
import type { RunScope } from './run/run-scope.ts';
import type { Slot, SlotPool, WorkerSlots } from './slots.ts';

/** A Worker, as it joins its process. */
export interface Member {
  readonly id: string;
  /** `null`: all channels. */
  readonly channels: readonly string[] | null;
  readonly concurrency: number;
  /** In which its jobs run. */
  readonly scope: RunScope;
}

/** A run that had not ended when nobody waited for it any longer. */
export interface RunLeft {
  readonly jobId: string;
  /** The name of its definition. */
  readonly jobName: string;
}

export interface MembershipOptions {
  readonly pool: SlotPool;
  readonly runner: GroupRunner;
  readonly clock: Clock;
  /** How long a run has to end once its signal was aborted, in milliseconds. */
  readonly graceMs: number;
  /** Whether what starts a run may be in a context that is not the run's. */
  readonly hooks: Pick<Hooks, 'isAroundPasses'>;
  /** A slot is idle, and the pool has nothing for it. */
  readonly onSlotFree: () => void;
}

/** A Worker in its process, until its last run is over. */
export class Membership implements WorkerSlots, RunningWorker {
  readonly id: string;
  readonly concurrency: number;
  readonly scope: RunScope;
  readonly pool: SlotPool;
  isLeaving = false;
  /** What still runs was told to end, and nothing is started any more, whatever waits in a slot. */
  isAborting = false;
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #hooks: MembershipOptions['hooks'];
  readonly #onSlotFree: () => void;
  readonly #work: (slot: Slot) => void;
  #running = 0;
  /** In which a function hangs that nobody waits for. */
  readonly #forgone = new Set<Slot>();
  /** In which something ran when it was told to stop. */
  #left: readonly Slot[] = [];
  #abortAt = Infinity;
  #cancel = (): void => {};
  #onOver = (_left: readonly RunLeft[]): void => {};

  constructor(
    { id, concurrency, scope }: Member,
    { pool, runner, clock, graceMs, hooks, onSlotFree }: MembershipOptions,
  ) {
    this.id = id;
    this.concurrency = concurrency;
    this.scope = scope;
    this.pool = pool;
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#hooks = hooks;
    this.#onSlotFree = onSlotFree;
    this.#work = runner.workOf(this);
  }

  start(slot: Slot): void {
    this.#running += 1;
    if (this.#hooks.isAroundPasses) outside(() => this.#work(slot));
    else this.#work(slot);
  }

  ended(slot: Slot, now: number): void {
    if (this.#forgone.delete(slot)) {
      this.pool.finish(slot, now);
      return;
    }
    this.#running -= 1;
    this.pool.finish(slot, now);
    if (!this.isLeaving) {
      if (this.pool.wantsJobs) this.#onSlotFree();
    } else if (this.#running === 0) {
      this.#cancel();
      this.#onOver([]);
    }
  }

  goOnWithout(holding: Holding): void {
    const left = this.#left.find(({ run }) => run.holdings[0] === holding);
    const slot = left ?? this.pool.replace(this, holding, this.#clock.now());
    if (slot === undefined) return;
    this.#forgone.add(slot);
    this.#left = this.#left.filter((one) => one !== slot);
    this.#running -= 1;
    if (!this.isLeaving) {
      if (this.pool.wantsJobs) this.#onSlotFree();
    } else if (this.#running === 0) {
      this.#cancel();
      this.#onOver([]);
    }
  }

  /** Starts no further job. Resolves once those that run are over, or to those that are waited for no longer. */
  async leave(): Promise<readonly RunLeft[]> {
    this.isLeaving = true;
    this.#left = this.pool.leave(this);
    for (const holding of this.#runs()) holding.tellStopping();
    return this.#running === 0 ? [] : await new Promise((resolve) => (this.#onOver = resolve));
  }

  /** Tells what runs to end, so much later, and waits for that no longer than the grace. The earliest call counts. */
  abortAfter(waitMs: number): void {
    const at = this.#clock.now() + waitMs;
    if (at >= this.#abortAt || this.#running === 0) return;
    this.#abortAt = at;
    this.#cancel();
    this.#cancel = this.#clock.after(waitMs, () => this.#abort());
  }

  #abort(): void {
    this.#abortAt = -Infinity;
    this.isAborting = true;
    for (const holding of this.#runs()) holding.interrupt(this.id);
    this.#cancel = this.#clock.after(this.#graceMs, () => {
      const left = this.#runs();
      for (const holding of left) holding.endInterruption();
      this.#onOver(left.map(({ job }) => ({ jobId: job.id, jobName: job.name })));
    });
  }

  /** What runs, once it is leaving. */
  #runs(): readonly Holding[] {
    return this.#left.flatMap(({ run }) => run.holdings).filter(({ phase }) => phase === 'running');
  }
}
