import type { Holding } from './holdings.ts';
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

export interface MembershipOptions {
  readonly pool: SlotPool;
  readonly runner: GroupRunner;
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
  readonly #onSlotFree: () => void;
  readonly #work: (slot: Slot) => void;
  #running = 0;
  /** In which something ran when it was told to stop. */
  #left: readonly Slot[] = [];
  #onIdle = (): void => {};

  constructor({ id, concurrency, scope }: Member, { pool, runner, onSlotFree }: MembershipOptions) {
    this.id = id;
    this.concurrency = concurrency;
    this.scope = scope;
    this.pool = pool;
    this.#onSlotFree = onSlotFree;
    this.#work = runner.workOf(this);
  }

  start(slot: Slot): void {
    this.#running += 1;
    this.#work(slot);
  }

  ended(slot: Slot, now: number): void {
    this.#running -= 1;
    this.pool.finish(slot, now);
    if (!this.isLeaving) {
      if (this.pool.wantsJobs) this.#onSlotFree();
    } else if (this.#running === 0) {
      this.#onIdle();
    }
  }

  /** Starts no further job. Resolves once those that run are over. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    this.#left = this.pool.leave(this);
    for (const holding of this.#runs()) holding.tellStopping();
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  /** What runs, once it is leaving. */
  #runs(): readonly Holding[] {
    return this.#left.flatMap(({ run }) => run.holdings).filter(({ phase }) => phase === 'running');
  }
}
