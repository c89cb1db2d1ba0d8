import { ProcessDiedError } from '../../errors.ts';
import { isJobFailure, leftToNewer, snoozeSecsOf } from '../../job-errors.ts';
import type { Outcome } from '../../model/job.ts';
import {
  cancelled,
  isStartRecorded,
  outcomeOfDeadWorker,
  outcomeOfError,
  released,
  snoozed,
} from '../../model/outcome.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import type { Services } from '../../services/services.ts';
import { aboutRun } from '../about-run.ts';
import type { Holding, OwnTools, Runner } from '../holding.ts';
import type { Settler } from '../settle/settler.ts';
import type { StatsKeeper } from '../stats-keeper.ts';
import { broughtAlong } from './ending.ts';
import { withFailureJob } from './failure-job.ts';
import { resultTextOf } from './result-text.ts';
import { pauseAfter } from './retry-pause.ts';
import { emitLateEnd } from './run-events.ts';
import { RunMetadata } from './run-metadata.ts';
import type { RunScope } from './run-scope.ts';
import type { TimeLimits } from './time-limits.ts';

export interface ExecutorOptions {
  readonly services: Pick<Services, 'events' | 'registry' | 'hooks' | 'warn'>;
  readonly settler: Pick<Settler, 'record' | 'drop' | 'markStarted'>;
  readonly limits: Pick<TimeLimits, 'limit'>;
  readonly clock: Clock;
  /** What runs have at hand. */
  readonly tools: OwnTools;
  /** @defaultValue none: nothing is counted */
  readonly stats?: Pick<StatsKeeper, 'noteStart'> | undefined;
}

/** Who runs a job. */
export interface RunBy extends Runner {
  readonly scope: RunScope;
}

/** What is kept of a return. */
interface Returned {
  readonly resultText: string | undefined;
}

const NOTHING_KEPT: Returned = { resultText: undefined };

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
    if (services.events.hears('WORKER_JOB_DEQUEUE')) {
      services.events.emit({ eventType: 'WORKER_JOB_DEQUEUE', ...aboutRun(job, workerId) });
    }
    if (holding.cancelled !== undefined) {
      const outcome = cancelled(job, holding.cancelled.reason, 'not-started');
      settler.record({ holding, outcome, workerId, durationMs: 0 });
      return null;
    }
    const definition = services.registry.get(job.name);
    if (definition !== undefined && job.attempt <= job.numAttempts) return definition;
    const error = new ProcessDiedError(job.id, job.numAttempts);
    const outcome = withFailureJob(outcomeOfDeadWorker(job), holding, definition, services.warn);
    settler.record({ holding, outcome, workerId, durationMs: 0, error });
    return null;
  }

  /**
   * Calls the work function, and returns what is to be waited for. Throws what it throws before its first wait.
   *
   * @param now by this process's clock.
   */
  call(definition: RegisteredJob, holding: Holding, by: RunBy, now: number): unknown {
    const { services, settler, limits, clock, stats, tools } = this.#options;
    const { job } = holding;
    holding.tools = tools;
    holding.phase = 'running';
    holding.startedAt = now;
    holding.by = by;
    if (!job.isStarted && !isStartRecorded(job)) settler.markStarted(holding);
    stats?.noteStart(job, now);
    if (services.events.hears('WORKER_JOB_RUN')) {
      services.events.emit({ eventType: 'WORKER_JOB_RUN', ...aboutRun(job, by.id), waitedMs: job.waitedMs });
      holding.startedAt = clock.now();
    }
    const { v } = holding.extras;
    if (v > definition.payloadVersion) throw leftToNewer(v, definition.payloadVersion);
    const payload: unknown = JSON.parse(job.payloadText);
    const metadata = new RunMetadata(job, by.id, holding);
    const isElaborate = definition.prepare !== undefined || services.hooks.isAroundRuns;
    const work = by.scope.run(
      isElaborate
        ? () => this.#elaborate(definition, holding, payload, metadata)
        : () => definition.execute(payload, metadata),
    );
    // All that a job without a limit pays.
    const maxRunSecs = holding.extras.maxRunSecs ?? definition.maxRunSecs;
    return maxRunSecs === undefined ? work : limits.limit(holding, by.scope.follow(work), maxRunSecs, by.id);
  }

  /** The long way to a work function: what makes its payload of the stored one, then the hooks of the context. */
  async #elaborate(definition: RegisteredJob, holding: Holding, stored: unknown, metadata: RunMetadata) {
    const { hooks } = this.#options.services;
    const payload = definition.prepare === undefined ? stored : await definition.prepare(stored, holding);
    const last = (): unknown => definition.execute(payload, metadata);
    return await (hooks.isAroundRuns ? hooks.run({ metadata, payload }, last) : last());
  }

  /**
   * Hands the outcome to the settler; that of a claim that is known to be lost is not recorded, nor that of one which
   * nobody waits for any more. One that threw since it was to end for its Worker is released.
   *
   * @param returned what is to be kept of what the work function returned.
   * @returns whether the job failed, and is to be attempted again at once.
   */
  close(holding: Holding, workerId: string, thrown: Thrown | null, now: number, returned?: unknown): boolean {
    const { services, settler } = this.#options;
    const durationMs = now - holding.startedAt;
    if (holding.isLeft) {
      emitLateEnd(services.events, holding, { workerId, durationMs, thrown });
      return false;
    }
    const end = thrown ?? this.#resultOf(holding, returned);
    const outcome = this.#outcomeOf(holding, end, workerId, durationMs);
    const settlement = { holding, outcome, workerId, durationMs, error: 'error' in end ? end.error : undefined };
    if (holding.isForsaken) settler.drop(settlement);
    else settler.record(settlement);
    return outcome.kind === 'waiting' && outcome.secs === 0;
  }

  /** What is kept of what was returned; a result that cannot be is thrown. */
  #resultOf(holding: Holding, returned: unknown): Thrown | Returned {
    if (returned === undefined) return NOTHING_KEPT;
    try {
      return { resultText: resultTextOf(holding.job.id, returned) };
    } catch (error) {
      return { error };
    }
  }

  #outcomeOf(holding: Holding, end: Thrown | Returned, workerId: string, durationMs: number): Outcome {
    const { job } = holding;
    if (!('error' in end)) {
      const parts = broughtAlong(holding.saidEnding, end.resultText, holding.extras);
      return parts === undefined ? { kind: 'succeeded', job } : { kind: 'succeeded', job, parts };
    }
    if (holding.cancelled !== undefined) return cancelled(job, holding.cancelled.reason, 'ran');
    if (holding.isInterrupted) return released(job);
    const { registry, warn } = this.#options.services;
    const { error } = end;
    const secs = snoozeSecsOf(error);
    if (secs !== undefined) return snoozed(job, secs);
    const definition = registry.get(job.name);
    const outcome = outcomeOfError(job, error, { workerId, durationMs }, () =>
      isJobFailure(error) ? 'give-up' : pauseAfter(holding, error, definition?.backoff, warn),
    );
    return withFailureJob(outcome, holding, definition, warn);
  }
}
