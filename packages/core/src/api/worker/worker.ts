/// <reference lib="esnext.disposable" preserve="true" />
import { v7 as uuidv7 } from 'uuid';
import type { Member, RunLeft } from '../../consume/membership.ts';
import { WorkerProcess } from '../../consume/process.ts';
import { notReady, type Readiness } from '../../consume/readiness.ts';
import { RunScope } from '../../consume/run/run-scope.ts';
import { StopWithinJobError } from '../../errors.ts';
import { outside } from '../../runtime/async-context.ts';
import { type Services, servicesOf } from '../../services/services.ts';
import { checkStopOptions, type StopOptions } from './stop-options.ts';
import { resolveWorkerOptions, type WorkerOptions } from './worker-options.ts';

/** What a stop with {@link StopOptions} left. */
export interface StopResult {
  /** The runs that had not ended when the wait was over, oldest first; empty where all did. */
  readonly stillRunning: readonly RunLeft[];
}

/**
 * Runs the jobs that are registered in its context, from its channels, one at a time unless told otherwise.
 *
 * It starts by itself. Make as many as you like: all Workers of a context share one claimer, one settler, one listening
 * connection and one lease.
 *
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 */
export class Worker implements AsyncDisposable {
  /** Tells this worker from others in events and metadata: a version 7 UUID. */
  readonly id: string = uuidv7();
  readonly #member: Member;
  readonly #services: Services;
  #process: WorkerProcess | undefined;
  #stopped: Promise<StopResult> | undefined;

  constructor(options: WorkerOptions) {
    const { context, channels, concurrency } = resolveWorkerOptions(options);
    this.#services = servicesOf('Worker', context);
    const distinct = channels === undefined ? null : [...new Set(channels)].sort();
    this.#member = { id: this.id, channels: distinct, concurrency, scope: new RunScope(this.id) };
    // Not before the caller's own code has run on: nothing can fail after construction, and nothing half-made starts.
    void Promise.resolve().then(() => {
      if (this.#stopped !== undefined) return;
      // What it starts goes on for others than who made it, and ends with another Worker perhaps.
      outside(() => {
        this.#services.hooks.connect(this.#services.warn);
        this.#process = processOf(this.#services);
        this.#process.join(this.#member);
      });
    });
  }

  /**
   * Whether it takes jobs now: its process holds the lease, the last claim did not fail, and it was not told to stop. For
   * the readiness probe of a container. It costs nothing: nothing is asked of the database.
   *
   * What is paused, or waits for a limit, does not count: the Worker is ready for what may run. Whether the queue as a
   * whole works is told by `context.health()`.
   */
  readiness(): Readiness {
    if (this.#stopped !== undefined) return notReady('stopping', 'it was told to stop');
    return this.#process?.readiness ?? notReady('starting', 'it was made just now');
  }

  /**
   * Stops taking jobs, lets the running ones finish, releases those claimed but not started without spending an
   * attempt, and resolves once all of that is recorded. Calling it again is fine.
   *
   * With `waitSecs` it waits no longer than that for the running ones. Then it aborts their `metadata.signal`, and
   * waits for `abortGraceSecs` of the context. A run that throws within that grace is released and its attempt given
   * back: its job is ready again at once, for others. A run that returns has succeeded. What still runs after that is
   * left alone and listed in `stillRunning`. If other Workers of the context go on, its outcome is recorded when it
   * ends. Otherwise its attempt is spent, and the job runs again elsewhere once the lease has run out, if it has
   * attempts left. Of several calls, the one that waits least counts.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range; the Worker goes on.
   * @throws StopWithinJobError at once, when a job that this very Worker runs calls it: awaiting it would wait for
   *   itself. The Worker stops all the same; whoever does not await the promise can ignore it.
   * @throws DatabaseError when the database cannot be told that the process is gone; or what became of its jobs,
   *   because the program has ended the database client before (`isClientClosed`). The lease then runs out, and the
   *   jobs run again.
   */
  stop(): Promise<void>;
  stop(options: StopOptions): Promise<StopResult>;
  stop(options: StopOptions = {}): Promise<unknown> {
    let waitSecs: number | undefined;
    try {
      waitSecs = checkStopOptions(options).waitSecs;
    } catch (error) {
      return Promise.reject(error);
    }
    this.#stopped ??= this.#leave();
    if (waitSecs !== undefined) this.#process?.abortAfter(this.#member, waitSecs * 1000);
    if (!this.#member.scope.isInside) return this.#stopped;
    const told: Promise<void> = Promise.reject(new StopWithinJobError(this.id));
    told.catch(() => {}); // `void worker.stop()` asks for no answer
    this.#stopped.catch((error: unknown) => this.#services.reportError('worker', error, 1));
    return told;
  }

  async #leave(): Promise<StopResult> {
    return { stillRunning: (await this.#process?.leave(this.#member)) ?? [] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

const processes = new WeakMap<Services, WorkerProcess>();

/** The process that the Workers of a context share. One that is closing is left to end by itself. */
function processOf(services: Services): WorkerProcess {
  const running = processes.get(services);
  if (running !== undefined && !running.isClosing) return running;
  const fresh = new WorkerProcess(services);
  processes.set(services, fresh);
  return fresh;
}
