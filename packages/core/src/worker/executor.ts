import type { ContextParts } from '../context-parts.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
import { isStartRecorded, outcomeOfDeadWorker, outcomeOfError } from '../model/outcome.ts';
import type { Clock } from '../runtime/clock.ts';
import { ActiveJob } from './active-job.ts';
import { RunMetadata } from './run-metadata.ts';
import type { RunScope } from './run-scope.ts';
import type { Settler } from './settler.ts';

export interface ExecutorOptions {
  readonly parts: ContextParts;
  readonly settler: Settler;
  readonly clock: Clock;
}

export interface Executed {
  /** How long the work function ran, in milliseconds. */
  readonly durationMs: number;
  /** Whether the job failed, and is to be attempted again at once. */
  readonly isDueAgain: boolean;
}

/** Runs one job at a time for each slot: work function, then outcome. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #active = new Set<ActiveJob>();

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** The lease is gone: every running job is told. */
  loseAll(): void {
    for (const active of this.#active) active.lose();
  }

  /** This claim alone is gone: its run is told, and its outcome not recorded even if the same claim is made again. */
  lose(claim: ClaimedJob): void {
    for (const active of this.#active) if (active.isOf(claim)) active.forsake();
  }

  /** Runs a claimed job and hands its outcome to the settler. Never rejects. */
  async execute(job: ClaimedJob, workerId: string, scope: RunScope): Promise<Executed> {
    const { parts, settler, clock } = this.#options;
    const { events, registry } = parts;
    const isHeard = events.hasHandlers;
    if (isHeard) events.emit({ eventType: 'WORKER_JOB_DEQUEUE', jobId: job.id, jobName: job.name, workerId });
    const definition = registry.get(job.name);
    if (job.attempt > job.numAttempts || definition === undefined) {
      settler.add({ outcome: outcomeOfDeadWorker(job), workerId, durationMs: 0 });
      return { durationMs: 0, isDueAgain: false };
    }
    const active = new ActiveJob(job);
    this.#active.add(active);
    if (!job.isCounted && !isStartRecorded(job)) settler.markStarted(job);
    if (isHeard) {
      events.emit({ eventType: 'WORKER_JOB_RUN', jobId: job.id, jobName: job.name, workerId, attempt: job.attempt });
    }
    const startedAt = clock.now();
    let outcome: Outcome;
    let thrown: unknown;
    let durationMs: number;
    try {
      const payload: unknown = JSON.parse(job.payloadText);
      await scope.run(() => definition.run(payload, new RunMetadata(job, workerId, active)));
      durationMs = clock.now() - startedAt;
      outcome = { kind: 'succeeded', job };
    } catch (error) {
      durationMs = clock.now() - startedAt;
      thrown = error;
      outcome = outcomeOfError(job, error, { workerId, durationMs });
    }
    this.#active.delete(active);
    const settlement = { outcome, workerId, durationMs, error: thrown };
    if (active.isForsaken) settler.drop(settlement);
    else settler.add(settlement);
    return { durationMs, isDueAgain: outcome.kind === 'waiting' && outcome.secs === 0 };
  }
}
