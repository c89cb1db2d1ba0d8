import type { JobMetadata } from './job-metadata.ts';

/** What makes a job that a {@link Hook} is told of: a call of `enqueue` or `enqueueMany`, or a tick of a schedule. */
export type JobOrigin = 'enqueue' | 'schedule';

/** A job that is about to be enqueued, as a {@link Hook} sees it. */
export interface JobDraft {
  readonly jobId: string;
  readonly jobName: string;
  readonly channel: string;
  /** `null` for a job without a group of its own choosing. */
  readonly jobGroup: string | null;
  readonly priority: number;
  /** As it was given to `enqueue`: not transformed, not encoded. Leave it as it is. */
  readonly payload: unknown;
  /** What goes with the job. To be added to, in place: `draft.headers.tenant = 'acme'`. */
  readonly headers: Record<string, string>;
  readonly origin: JobOrigin;
}

/** What a {@link Hook} is told of a run: the metadata that the work function gets, and the payload. */
export interface HookedRun {
  readonly metadata: JobMetadata;
  /** What the work function is given. */
  readonly payload: unknown;
}

/**
 * Your code around what this context does. Each part is optional, and a hook has one at least. All but `connect` get `next`,
 * must call it once before they return, and must return what that gives. The hook that was added first is the outermost.
 *
 * @example
 * const remove = context.use({
 *   name: 'tenant',
 *   enqueue: (jobs, next) => {
 *     for (const { headers } of jobs) headers.tenant ??= tenants.getStore() ?? 'none'
 *     return next()
 *   },
 *   run: ({ metadata }, next) => tenants.run(metadata.headers.tenant ?? 'none', next),
 * })
 */
export interface Hook {
  /** Names it in errors. At most 255 bytes. */
  readonly name: string;
  /**
   * Around each call that enqueues, with all of its jobs: a call of `enqueueMany` is one. It may add headers, and
   * measure; it cannot leave out a job. If it throws, the call rejects with that; nothing was enqueued if `next` had
   * not been called.
   *
   * Also around the ticks of schedules that become due together, but not of `repeatSecs`. If it throws for them, they
   * are tried again; if another process enqueues them first, or the job of the last tick is not over, it was called for
   * nothing. Not around jobs of `onFailure`, which have the headers of the failed one.
   */
  readonly enqueue?: (jobs: readonly JobDraft[], next: () => Promise<void>) => Promise<void>;
  /** Around each call of a work function. What it returns or throws is the outcome of the run. */
  readonly run?: (run: HookedRun, next: () => Promise<unknown>) => unknown;
  /**
   * Around each pass of the tasks that this context's Workers and orchestrators do in the background: claims, settles,
   * renewals, clean-up and others; several a second where there is work. Jobs run outside of it. If it throws, that
   * counts as a failure of the task, which is tried again.
   */
  readonly background?: (task: string, next: () => Promise<void>) => Promise<void>;
  /**
   * Called once, without a `next`: when the first Worker or Orchestrator of the context starts, or at once where one has
   * started before the hook was added. For what only a process that works needs. Not called in one that only enqueues, nor
   * for `drain`. If it throws, a `WARNING` tells of that, and all goes on.
   */
  readonly connect?: () => void;
}
