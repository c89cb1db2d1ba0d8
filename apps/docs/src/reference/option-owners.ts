import { createDashboard } from '@bearmq/dashboard';
import { postgresJsDriver } from '@bearmq/driver-postgresjs';
import { instrument } from '@bearmq/otel';
import { createMetrics } from '@bearmq/prometheus';
import { Context, drain, JobDefinition, Orchestrator, pgDriver, Worker } from 'bearmq';
import type { Maker } from './ranges.ts';

/** An object or a call that takes options. */
export interface Owner {
  /** As it is called in code, or as a sentence begins. */
  readonly name: string;
  readonly about?: string;
  /** The files and declarations that its options are in, and the constant with their defaults, if there is one. */
  readonly from: readonly (readonly [file: string, declaration: string])[];
  readonly make: Maker;
  /** Options that are declared there, and told of elsewhere. */
  readonly without?: readonly string[];
  /** Ranges that the code does not tell when it refuses something. */
  readonly ranges?: Readonly<Record<string, string>>;
  /** The owner whose options these are too: what it says of them is not said again. */
  readonly likeThoseOf?: { readonly name: string; readonly declaration: string };
  /** The page that tells more about an option: its title, and where it is. */
  readonly see?: Readonly<Record<string, readonly [title: string, path: string]>>;
}

/** Behind it there is no database: what gets as far as that was not refused. */
const pool = { query: () => {}, connect: () => {}, on: () => {}, removeListener: () => {} };
const context = new Context({ pool, schema: 's' } as never);
const name = 'A';
const workFunction = (): void => {};

const definitionWith: Maker = (option) => new JobDefinition({ context, name, workFunction, ...option } as never);

/** One that is made stops at once, so that it asks nobody for jobs. */
function stopped<T extends { stop(): unknown }>(daemon: T): T {
  void daemon.stop();
  return daemon;
}

const core = 'packages/core/src';
const rate = '`{ max, perSecs }`: 1 to 1,000,000 starts in 0.001 seconds to 100 years';

export const OWNERS: readonly Owner[] = [
  {
    name: 'Context',
    about: 'What all jobs, workers and orchestrators of one schema share. `new Context({ pool, schema })` is enough.',
    from: [
      ['packages/bearmq/src/context.ts', 'PoolContextOptions'],
      [`${core}/context-options.ts`, 'ContextOptions'],
      [`${core}/context-options.ts`, 'ContextSettings'],
    ],
    make: (option) => new Context({ pool, schema: 's', ...option } as never),
    ranges: {
      pool: 'a `pg` Pool',
      driver: 'a driver, in place of `pool`',
      schema: 'a name that PostgreSQL allows',
      jobDefaults: 'an object of job settings',
      blockedSecs: '`leaseSecs` to 100 years',
      payloadCodec: 'an object with `encode` and `decode`',
    },
    see: {
      jobDefaults: ['Settings for all jobs', 'start/first-job#settings-for-all-jobs'],
      wakeUp: ['Poolers', 'guides/poolers#say-that-there-is-a-pooler'],
      statsSecs: ['Figures', 'operate/figures'],
      payloadCodec: ['Hooks', 'guides/hooks'],
    },
  },
  {
    name: 'JobDefinition',
    about: 'A kind of job: `new JobDefinition({ context, name, workFunction })` is enough.',
    from: [
      [`${core}/api/job-definition/job-definition-options.ts`, 'CommonOptions'],
      [`${core}/job-settings.ts`, 'JobSettings'],
      [`${core}/api/job-definition/job-definition-options.ts`, 'RepeatOptions'],
      [`${core}/api/job-definition/job-definition-options.ts`, 'DefinitionWithSchemaOptions'],
      [`${core}/api/job-definition/job-definition-options.ts`, 'Discarding'],
      [`${core}/api/job-definition/job-definition.ts`, 'FailureOption'],
    ],
    make: definitionWith,
    ranges: {
      backoff: 'an object, or a function',
      upcast: 'functions by version',
      jobGroupGenerator: 'a function that gives 1 to 1,024 bytes',
      payloadSchema: 'a Standard Schema',
      onFailure: 'a job definition',
      unique: 'an object: see [below](#jobdefinition-unique)',
      schedules: 'up to 100 [schedules](#a-schedule)',
      rateLimit: rate,
      groupRateLimit: rate,
    },
    see: {
      maxRunSecs: ['Time limits', 'guides/time-limits'],
      maxDeaths: ['When a job has failed', 'guides/failures'],
      backoff: ['Retries and backoff', 'guides/retries'],
      payloadSchema: ['Payload schemas and versions', 'guides/payload-schemas'],
      onFailure: ['When a job has failed', 'guides/failures'],
      result: ['Results', 'guides/results'],
      concurrency: ['Limits and rates', 'guides/limits'],
      unique: ['Unique jobs', 'guides/unique-jobs'],
    },
  },
  {
    name: 'JobDefinition.unique',
    about: 'At most one job with the same key at a time.',
    from: [[`${core}/api/job-definition/unique-option.ts`, 'UniqueOptions']],
    make: (option) => definitionWith({ unique: { key: 'K', until: 'started', onConflict: 'restart', ...option } }),
    ranges: { key: '1 to 1,024 bytes, or a function' },
  },
  {
    name: 'A schedule',
    about:
      "One of a definition's `schedules`, or what `context.schedules.set` is given. Beside these it takes `payload`, and the options of [`enqueue`](#enqueue) for its jobs, except `runAt` and `tx`.",
    from: [[`${core}/api/job-definition/schedule-options.ts`, 'ScheduleOptions']],
    make: (option) =>
      definitionWith({ schedules: [{ ...('everySecs' in option ? {} : { cron: '0 2 * * *' }), ...option }] }),
    ranges: { cron: '5 or 6 fields, up to 255 characters', timeZone: 'an IANA name' },
  },
  {
    name: 'enqueue',
    about:
      'The second argument of `enqueue`, and what each job of `enqueueMany` may say. `tx`, and headers for all jobs, are in the second argument of `enqueueMany`.',
    from: [
      [`${core}/job-settings.ts`, 'JobSettings'],
      [`${core}/enqueue-overrides.ts`, 'EnqueueOverrides'],
      [`${core}/api/job-definition/enqueue-options.ts`, 'TransactionOption'],
    ],
    make: (option) => definition.enqueue(null, option as never),
    ranges: {
      backoff: 'an object',
      runAt: 'a `Date`',
      headers: 'texts by name, 8 KiB in all',
      unique: '1 to 1,024 bytes, or `null`',
      tx: 'what `fromPg` or its like gives',
    },
    see: { tx: ['In your own transaction', 'start/your-own-transaction'] },
    likeThoseOf: { name: 'JobDefinition', declaration: 'JobSettings' },
  },
  {
    name: 'enqueueAndWait',
    about: 'Beside the options of [`enqueue`](#enqueue), except `tx`:',
    from: [[`${core}/api/job-definition/enqueue-options.ts`, 'EnqueueAndWaitOptions']],
    make: (option) => definition.enqueueAndWait(null, option as never),
    ranges: { signal: 'an `AbortSignal`' },
  },
  {
    name: 'Worker',
    from: [[`${core}/api/worker/worker-options.ts`, 'WorkerOptions']],
    make: (option) => stopped(new Worker({ context, ...option } as never)),
  },
  {
    name: 'Worker.stop',
    from: [[`${core}/api/worker/stop-options.ts`, 'StopOptions']],
    make: (option) => stopped(new Worker({ context })).stop(option),
    see: { waitSecs: ['Stopping and containers', 'guides/stopping#in-a-container'] },
  },
  {
    name: 'Orchestrator',
    from: [[`${core}/api/orchestrator/orchestrator-options.ts`, 'OrchestratorOptions']],
    make: (option) => stopped(new Orchestrator({ context, ...option } as never)),
  },
  {
    name: 'drain',
    about: 'Runs jobs until none is ready or the time is up, for programs that do not go on.',
    from: [[`${core}/api/drain/drain-options.ts`, 'DrainOptions']],
    make: (option) => drain({ context, maxSecs: 1, ...option }),
  },
  {
    name: 'limits.set',
    about: 'The second argument of `context.limits.set`; `null` in its place takes the limits away.',
    from: [[`${core}/model/job-limits.ts`, 'Limits']],
    make: (option) => context.limits.set('weight' in option ? { jobGroup: 'G' } : { jobName: 'A' }, option),
    ranges: { rateLimit: rate, groupRateLimit: rate },
  },
  {
    name: 'limits.list',
    from: [[`${core}/api/limits/limits-options.ts`, 'LimitPageOptions']],
    make: (option) => context.limits.list(option),
  },
  {
    name: 'pgDriver',
    about: 'What `new Context({ pool })` makes by itself: `new Context({ driver: pgDriver({ pool }) })`.',
    from: [['packages/driver-pg/src/options.ts', 'PgDriverOptions']],
    make: (option) => pgDriver({ pool, ...option } as never),
    ranges: { pool: 'a `pg` Pool' },
    see: { prepare: ['Poolers', 'guides/poolers#prepared-statements'] },
  },
  {
    name: 'postgresJsDriver',
    from: [['packages/driver-postgresjs/src/options.ts', 'PostgresJsDriverOptions']],
    make: (option) => postgresJsDriver({ sql: postgresJsClient, ...option } as never),
    ranges: { sql: 'a client of postgres.js' },
  },
  {
    name: 'createDashboard',
    from: [['packages/dashboard/src/options.ts', 'DashboardOptions']],
    make: (option) => createDashboard({ context, authorize: 'open', ...option } as never),
    ranges: {
      context: 'a context, or several by label',
      authorize: "a function, or `'open'`",
      basePath: "`''`, or a path such as `'/admin/jobs'`",
      title: 'a text',
      environment: 'a text',
      traceUrl: 'an address with `{traceId}`, or a function',
      links: '`{ label, href }`, any number',
    },
  },
  {
    name: 'createMetrics',
    from: [['packages/prometheus/src/metrics.ts', 'MetricsOptions']],
    make: (option) => createMetrics({ context, ...option } as never),
    ranges: { context: 'a context', findings: 'a function' },
  },
  {
    name: 'instrument',
    about: 'The second argument of `instrument(context, options)` of `@bearmq/otel`.',
    from: [['packages/otel/src/instrument-options.ts', 'InstrumentOptions']],
    make: (option) => instrument(context, option as never)(),
    ranges: {
      tracerProvider: 'a TracerProvider',
      meterProvider: 'a MeterProvider',
      propagator: 'a TextMapPropagator',
      headers: 'names of headers',
    },
  },
];

const definition = new JobDefinition({ context, name, workFunction });
const postgresJsClient = Object.assign(() => {}, { begin: () => {}, unsafe: () => {}, options: { max_pipeline: 100 } });
