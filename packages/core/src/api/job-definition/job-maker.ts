import type { EnqueueOverrides } from '../../enqueue-overrides.ts';
import { InvalidOptionError } from '../../errors.ts';
import { encodeExtras, type OwnRules } from '../../job-headers.ts';
import type { ResolvedSettings } from '../../job-settings.ts';
import type { BackoffRule } from '../../model/backoff.ts';
import type { FailedJob, FailureJobs } from '../../model/failed-job.ts';
import type { NewJob, TickJob } from '../../model/job.ts';
import { encodePayload } from '../../model/payload/payload.ts';
import { monotonicUuid } from '../../runtime/monotonic-uuid.ts';
import type { TickRequest } from '../../services/registry.ts';
import { groupCheck } from './job-definition-options.ts';

/** Whether an enqueue says something of its job that goes into its extras, beside headers. */
export function saysMore({ backoff, timeoutSecs, maxRunSecs, maxDeaths }: EnqueueOverrides): boolean {
  return backoff !== undefined || timeoutSecs !== undefined || maxRunSecs !== undefined || maxDeaths !== undefined;
}

/** What an enqueue without options says of its job. It is this very object, so that one glance tells. */
export const NO_OVERRIDES: EnqueueOverrides = Object.freeze({});

interface JobMakerOptions {
  readonly name: string;
  readonly settings: ResolvedSettings;
  /** Whether the definition has pauses of its own, which whoever runs a job would go by. */
  readonly hasBackoff: boolean;
  readonly generateGroup: ((payload: never) => string) | undefined;
  /** The version of its payloads, where that is not 1. */
  readonly version: number | undefined;
}

/** Makes the jobs of one definition: what an enqueue says of a job goes before what the definition says of all. */
export class JobMaker {
  readonly #options: JobMakerOptions;

  constructor(options: JobMakerOptions) {
    this.#options = options;
  }

  /** @param item its place in the list of `enqueueMany`, for the error. */
  make(payload: unknown, overrides: EnqueueOverrides, extras: string | null, item?: number): NewJob {
    const jobGroup = overrides.jobGroup ?? this.#groupOf(payload);
    return this.#newJob(encodePayload(this.#options.name, payload, item), jobGroup, overrides, extras);
  }

  /** The job of a schedule's tick: its payload is stored with the schedule, as is the version of that. */
  makeTick({ tick, overrides = NO_OVERRIDES, jitterSecs, payload, v }: TickRequest): TickJob {
    const headers = overrides.headers === undefined ? null : JSON.stringify(overrides.headers);
    const extras = encodeExtras(headers, { ...this.#rulesOf(overrides), v, tick });
    const jobGroup = overrides.jobGroup ?? this.#groupOf(payload);
    const { payloadText: _stored, runAtMs: _now, ...job } = this.#newJob('', jobGroup, overrides, extras);
    return { ...job, delaySecs: job.delaySecs + jitterSecs };
  }

  /** What a job carries beside its payload, as JSON text; `null` for nearly all. */
  extrasOf(headers: string | null, overrides: EnqueueOverrides = NO_OVERRIDES, awaited?: true): string | null {
    const { settings, version: v } = this.#options;
    const isPlain = v === undefined && settings.maxDeaths === 0 && (overrides === NO_OVERRIDES || !saysMore(overrides));
    if (isPlain && headers === null && awaited === undefined) return null;
    const { maxRunSecs, maxDeaths, backoff } = this.#rulesOf(overrides);
    return encodeExtras(headers, { maxRunSecs, maxDeaths, backoff, v, awaited });
  }

  /** Jobs that tell of one that has failed: as an enqueue without options would make them. */
  get failureJobs(): FailureJobs {
    const { name, settings, generateGroup } = this.#options;
    const { channel, delaySecs, numAttempts, timeoutSecs, priority } = settings;
    return {
      name,
      groupOf: generateGroup === undefined ? undefined : (failed: FailedJob<unknown>) => this.#groupOf(failed),
      maxDeaths: settings.maxDeaths,
      make: (jobGroup, extras) => ({
        id: monotonicUuid(),
        name,
        channel,
        jobGroup,
        delaySecs,
        numAttempts,
        timeoutSecs,
        priority,
        extras,
      }),
    };
  }

  /** One literal, for it is made for every job: with spreads it took 2 microseconds more. */
  #newJob(payloadText: string, jobGroup: string | null, overrides: EnqueueOverrides, extras: string | null): NewJob {
    const { name, settings } = this.#options;
    return {
      id: monotonicUuid(),
      name,
      channel: overrides.channel ?? settings.channel,
      jobGroup,
      delaySecs: overrides.runAt === undefined ? (overrides.delaySecs ?? settings.delaySecs) : 0,
      runAtMs: overrides.runAt?.getTime() ?? null,
      numAttempts: overrides.numAttempts ?? settings.numAttempts,
      timeoutSecs: overrides.timeoutSecs ?? settings.timeoutSecs,
      priority: overrides.priority ?? settings.priority,
      payloadText,
      extras,
    };
  }

  #rulesOf({ maxRunSecs, maxDeaths, backoff, timeoutSecs }: EnqueueOverrides): OwnRules {
    return {
      maxRunSecs,
      maxDeaths: (maxDeaths ?? this.#options.settings.maxDeaths) || undefined,
      backoff: backoff ?? this.#pauseFor(timeoutSecs),
    };
  }

  /** A pause that is given for a job goes before the definition's backoff. */
  #pauseFor(timeoutSecs: number | undefined): BackoffRule | null | undefined {
    return timeoutSecs !== undefined && this.#options.hasBackoff ? null : undefined;
  }

  #groupOf(payload: unknown): string | null {
    const { name, generateGroup } = this.#options;
    if (generateGroup === undefined) return null;
    const group: unknown = generateGroup(payload as never);
    const problem = groupCheck(group);
    if (problem === undefined) return group as string;
    // Plain JavaScript may give an async one: what its promise rejects with must not end the process.
    void Promise.resolve(group).catch(() => {});
    throw new InvalidOptionError(
      `JobDefinition.jobGroupGenerator of ${JSON.stringify(name)}`,
      `gave a group that ${problem}`,
    );
  }
}
