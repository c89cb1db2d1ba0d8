import type { SqlSession } from '../driver/index.ts';
import type { EnqueueOverrides } from '../enqueue-overrides.ts';
import { JobCancelledError, LeaseLostError, WorkerStoppingError } from '../errors.ts';
import { type Extras, extrasIn, NO_EXTRAS } from '../model/extras.ts';
import type { ClaimedJob } from '../model/job.ts';
import { Ending } from './run/ending.ts';
import { RunSignals } from './run/run-signals.ts';

/**
 * Where a claimed job is on its way through this process:
 * - `held`: claimed ahead, waits for a slot;
 * - `next`: has a slot, behind others of its group or behind the record of its own start;
 * - `running`: its work function has been called;
 * - `settling`: it is over, or will not be started; its outcome waits to be recorded.
 */
export type Phase = 'held' | 'next' | 'running' | 'settling';

/** The Worker that runs a job, as that job sees it. */
export interface Runner {
  readonly id: string;
  /** Whether it was told to stop. */
  readonly isLeaving: boolean;
  /** Waits no longer for a run that nobody can end, and goes on in another slot. */
  goOnWithout?(holding: Holding): void;
}

/** What a run can do about its own job, beside returning and throwing. */
export interface OwnTools {
  completeIn(run: Holding, tx: SqlSession, result?: unknown): Promise<void>;
  progress(run: Holding, value: unknown): void;
  log(run: Holding, line: unknown): void;
  enqueueOnSuccess(run: Holding, definition: unknown, payload?: unknown, overrides?: EnqueueOverrides): Promise<string>;
}

/** Jobs of a group that one slot works through, in their order. */
export interface RunOfGroup {
  /** Takes in one more. */
  put(holding: Holding): void;
}

/** One claim of a job, held by this process: where it is, and the way to tell its run that the claim is gone. */
export class Holding {
  readonly job: ClaimedJob;
  phase: Phase = 'held';
  /** What one slot works through of its job group. */
  run: RunOfGroup | undefined = undefined;
  /** Its payload as it was enqueued, once a codec has decoded it. */
  decoded: { readonly payload: unknown } | undefined;
  /** When it began to run, by this process's clock. */
  startedAt = 0;
  /** Who runs it, once it runs. */
  by: Runner | undefined;
  /** How many lines its run has logged. */
  lines = 0;
  /** What it has at hand, once it runs. */
  tools: OwnTools | undefined;
  #ending: Ending | undefined;
  #loss: 'none' | 'with its lease' | 'alone' | 'left' = 'none';
  #signals: RunSignals | undefined;
  #extras: Extras | undefined;
  #cancelled: { readonly reason: string | null } | undefined;

  constructor(job: ClaimedJob) {
    this.job = job;
  }

  /** What the job carries beside its payload, read when it is first asked for. */
  get extras(): Extras {
    if (this.job.extras === null) return NO_EXTRAS;
    this.#extras ??= extrasIn(this.job.extras);
    return this.#extras;
  }

  /** What its run says of how the job is to end. */
  get ending(): Ending {
    this.#ending ??= new Ending();
    return this.#ending;
  }

  /** Likewise; `undefined` where it has said nothing. */
  get saidEnding(): Ending | undefined {
    return this.#ending;
  }

  /** Aborted when its run is to end. */
  get signal(): AbortSignal {
    return this.#madeSignals().signal;
  }

  /** Aborted when the Worker that runs it is told to stop. */
  get stopping(): AbortSignal {
    const signals = this.#madeSignals();
    if (this.by?.isLeaving === true) signals.stop(new WorkerStoppingError(this.by.id, this.job.id));
    return signals.stopping;
  }

  /** Its Worker was told to stop. Who looks at the signal later is told then. */
  tellStopping(): void {
    if (this.by !== undefined) this.#signals?.stop(new WorkerStoppingError(this.by.id, this.job.id));
  }

  /** Its Worker waits no longer than a grace: a run that throws in it has not failed. Of several reasons the first counts. */
  interrupt(workerId: string): void {
    const signals = this.#madeSignals();
    signals.isInterrupted = signals.abort(new WorkerStoppingError(workerId, this.job.id));
  }

  /** Its run has taken all its time. Of several reasons the first counts. */
  abort(reason: Error): void {
    this.#madeSignals().abort(reason);
  }

  /**
   * Somebody wants the job cancelled: it is not started any more, and a run that throws is over. Returns whether a run was
   * told, which is so once.
   */
  cancel(reason: string | null): boolean {
    if (this.#cancelled !== undefined || this.phase === 'settling') return false;
    this.#cancelled = { reason };
    if (this.phase !== 'running') return false;
    this.#madeSignals().abort(new JobCancelledError(this.job.id, reason));
    return true;
  }

  /** Whether, and why, somebody wants the job cancelled. */
  get cancelled(): { readonly reason: string | null } | undefined {
    if (this.#cancelled !== undefined || this.job.extras === null) return this.#cancelled;
    const { cancelled } = this.extras;
    return cancelled === undefined ? undefined : { reason: cancelled === '' ? null : cancelled };
  }

  endInterruption(): void {
    if (this.#signals !== undefined) this.#signals.isInterrupted = false;
  }

  /** Whether its run has the grace of a Worker that stops. */
  get isInterrupted(): boolean {
    return this.#signals?.isInterrupted === true;
  }

  /** Nobody waits for its run any more: how that ends is told, and not recorded. */
  leave(): void {
    if (this.#loss === 'none') this.#loss = 'left';
  }

  get isLeft(): boolean {
    return this.#loss === 'left';
  }

  /** Whether the claim is gone: what its run still does will not be recorded. */
  get isLost(): boolean {
    return this.#loss !== 'none';
  }

  /** Whether this claim alone was lost, and its lease was not: the same claim may be made again under it. */
  get isForsaken(): boolean {
    return this.#loss === 'alone';
  }

  /** The lease is gone, and this claim with it. */
  lose(): void {
    if (this.#loss === 'none') this.#lose('with its lease');
  }

  /** This claim is gone: its outcome is not recorded even if the same claim is made again. */
  forsake(): void {
    this.#lose('alone');
  }

  #lose(loss: 'with its lease' | 'alone'): void {
    this.#loss = loss;
    this.#signals?.abort(new LeaseLostError(this.job.id));
  }

  #madeSignals(): RunSignals {
    if (this.#signals === undefined) {
      this.#signals = new RunSignals();
      if (this.isLost && !this.isLeft) this.#signals.abort(new LeaseLostError(this.job.id));
    }
    return this.#signals;
  }
}
