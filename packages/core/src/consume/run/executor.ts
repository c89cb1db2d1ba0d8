import { isJobFailure, snoozeSecsOf } from '../../job-errors.ts';
import type { FailedRun, Outcome } from '../../model/job.ts';
import { isStartRecorded, outcomeOfDeadWorker, outcomeOfError, released, snoozed } from '../../model/outcome.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import type { Services } from '../../services/services.ts';
import type { Holding, Runner } from '../holdings.ts';
import type { Settler } from '../settle/settler.ts';
import { pauseAfter } from './retry-pause.ts';
import { emitLateEnd } from './run-events.ts';
import { RunMetadata } from './run-metadata.ts';
import type { RunScope } from './run-scope.ts';
import type { TimeLimits } from './time-limits.ts';

/** What is called around a work function: its return and its throw are the outcome of the run. */
export type AroundRun = (metadata: RunMetadata, next: () => unknown) => unknown;

export interface ExecutorOptions {
  readonly services: Pick<Services, 'events' | 'registry' | 'warn'>;
  readonly settler: Pick<Settler, 'record' | 'drop' | 'markStarted'>;
  readonly limits: Pick<TimeLimits, 'limit'>;
  readonly clock: Clock;
  /** @defaultValue none: work functions are called by themselves */
  readonly around?: AroundRun | undefined;
}

/** Who runs a job. */
export interface RunBy extends Runner {
  readonly scope: RunScope;
}

/** What the throw of a work function is told apart by from its return: anything may be thrown, `undefined` too. */
export interface Thrown {
  readonly error: unknown;
}

/**
 * The way of one attempt: {@link open}, {@link call}, {@link close}. Three calls and no promise of its own, since they are
 * made for every job: whoever works through a run waits for the work function itself.
 */
export class Executor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Tells that the job is here. What cannot be run has its outcome at once, and there is nothing to call: `null`. */
  open(holding: Holding, workerId: string): RegisteredJob | null {
    const { services, settler } = this.#options;
    const { job } = holding;
    if (services.events.hasHandlers) {
      services.events.emit({ eventType: 'WORKER_JOB_DEQUEUE', jobId: job.id, jobName: job.name, workerId });
    }
    const definition = services.registry.get(job.name);
    if (definition !== undefined && job.attempt <= job.numAttempts) return definition;
    settler.record({ holding, outcome: outcomeOfDeadWorker(job), workerId, durationMs: 0 });
    return null;
  }

  /**
   * Calls the work function, and returns what is to be waited for. Throws what it throws before its first wait.
   *
   * @param now by this process's clock.
   */
  call(definition: RegisteredJob, holding: Holding, by: RunBy, now: number): unknown {
    const { services, settler, limits, clock, around } = this.#options;
    const { job } = holding;
    holding.phase = 'running';
    holding.startedAt = now;
    holding.by = by;
    if (!job.isStarted && !isStartRecorded(job)) settler.markStarted(holding);
    if (services.events.hasHandlers) {
      const { id: jobId, name: jobName, attempt } = job;
      services.events.emit({ eventType: 'WORKER_JOB_RUN', jobId, jobName, workerId: by.id, attempt });
      holding.startedAt = clock.now();
    }
    const payload: unknown = JSON.parse(job.payloadText);
    const metadata = new RunMetadata(job, by.id, holding);
    const work =
      around === undefined
        ? by.scope.run(() => definition.execute(payload, metadata))
        : by.scope.run(() => around(metadata, () => definition.execute(payload, metadata)));
    // All that a job without a limit pays.
    const maxRunSecs = holding.extras.maxRunSecs ?? definition.maxRunSecs;
    return maxRunSecs === undefined ? work : limits.limit(holding, by.scope.follow(work), maxRunSecs, by.id);
  }

  /**
   * Hands the outcome to the settler; that of a claim that is known to be lost is not recorded, nor that of one which
   * nobody waits for any more. One that threw since it was to end for its Worker is released.
   *
   * @returns whether the job failed, and is to be attempted again at once.
   */
  close(holding: Holding, workerId: string, thrown: Thrown | null, now: number): boolean {
    const { services, settler } = this.#options;
    const durationMs = now - holding.startedAt;
    if (holding.isLeft) {
      emitLateEnd(services.events, holding, { workerId, durationMs, thrown });
      return false;
    }
    const outcome = this.#outcomeOf(holding, thrown, { workerId, durationMs });
    const settlement = { holding, outcome, workerId, durationMs, error: thrown?.error };
    if (holding.isForsaken) settler.drop(settlement);
    else settler.record(settlement);
    return outcome.kind === 'waiting' && outcome.secs === 0;
  }

  #outcomeOf(holding: Holding, thrown: Thrown | null, run: FailedRun): Outcome {
    const { job } = holding;
    if (thrown === null) return { kind: 'succeeded', job };
    if (holding.isInterrupted) return released(job);
    const { registry, warn } = this.#options.services;
    const { error } = thrown;
    const secs = snoozeSecsOf(error);
    if (secs !== undefined) return snoozed(job, secs);
    return outcomeOfError(job, error, run, () =>
      isJobFailure(error) ? 'give-up' : pauseAfter(holding, error, registry.get(job.name)?.backoff, warn),
    );
  }
}
