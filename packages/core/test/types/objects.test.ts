import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { Driver } from '../../src/driver/index.ts';
import {
  type BearEvent,
  Context,
  type ContextOptions,
  type EnqueueOverrides,
  JobDefinition,
  type JobMetadata,
  Orchestrator,
  Worker,
} from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;
declare const driver: Driver;

export function contexts(): void {
  new Context({ driver, schema: '_job' });
  new Context({
    driver,
    schema: '_job',
    jobPostFinalizeDeleteSecs: 60,
    jobGroupUnlockSecs: 60,
    leaseSecs: 30,
    wakeUp: 'poll',
  });
  // @ts-expect-error a schema is needed
  new Context({ driver });
  // @ts-expect-error a driver is needed
  new Context({ schema: '_job' });
  // @ts-expect-error unknown option
  new Context({ driver, schema: '_job', jobGroupUnlockSec: 60 });
  // @ts-expect-error one of two
  new Context({ driver, schema: '_job', wakeUp: 'listen' });
  expectTypeOf(context.schema).toBeString();
  // @ts-expect-error it does not change
  context.schema = 'other';
  expectTypeOf<ContextOptions>().toHaveProperty('driver');
}

/** What a pool of node-postgres looks like. */
interface PoolLike {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  connect(): Promise<{ release(): void }>;
  end(): Promise<void>;
}

export function aBarePoolIsNoDriver(pool: PoolLike): void {
  // @ts-expect-error it must be wrapped by a driver
  new Context({ driver: pool, schema: '_job' });
}

export function definitions(): void {
  // @ts-expect-error a name is needed
  new JobDefinition({ context, workFunction: () => {} });
  // @ts-expect-error a work function is needed
  new JobDefinition({ context, name: 'A' });
  // @ts-expect-error a context is needed
  new JobDefinition({ name: 'A', workFunction: () => {} });
  // @ts-expect-error unknown option
  new JobDefinition({ context, name: 'A', workFunction: () => {}, numAttempt: 3 });
  const definition = new JobDefinition({
    context,
    name: 'A',
    delaySecs: 1,
    numAttempts: 2,
    timeoutSecs: 3,
    channel: 'C',
    jobGroupGenerator: ({ user }: { user: string }) => user,
    workFunction: async ({ user }, metadata) => {
      expectTypeOf(user).toBeString();
      expectTypeOf(metadata).toEqualTypeOf<JobMetadata>();
      return 'whatever';
    },
  });
  expectTypeOf(definition.name).toBeString();
  expectTypeOf(definition.register).returns.toEqualTypeOf<Promise<void>>();
}

export function backoffs(): void {
  new JobDefinition({ context, name: 'A', backoff: { type: 'fixed', delaySecs: 1 }, workFunction: () => {} });
  const grown = new JobDefinition({
    context,
    name: 'A',
    workFunction: async (_: { user: string }, _metadata) => {},
    backoff: ({ error, attempt, payload }) => {
      expectTypeOf(error).toBeUnknown();
      expectTypeOf(payload).toEqualTypeOf<{ user: string }>();
      return payload.user === 'me' ? 'give-up' : attempt;
    },
  });
  void grown.enqueue({ user: 'you' }, { backoff: { type: 'exponential', delaySecs: 1, maxSecs: 9, jitter: 'half' } });
  // @ts-expect-error a function cannot be stored with the job
  void grown.enqueue({ user: 'you' }, { backoff: () => 1 });
  // @ts-expect-error how long is missing
  new JobDefinition({ context, name: 'A', backoff: { type: 'fixed' }, workFunction: () => {} });
  // @ts-expect-error neither a number nor 'give-up'
  new JobDefinition({ context, name: 'A', backoff: () => 'later', workFunction: () => {} });
}

export function repeating(): void {
  const ticking = new JobDefinition({
    context,
    name: 'A',
    repeatSecs: 60,
    workFunction: async (_: null, _metadata) => {},
  });
  expectTypeOf(ticking).toEqualTypeOf<JobDefinition<null>>();
  new JobDefinition({ context, name: 'A', repeatSecs: 60, workFunction: () => {} });
  // @ts-expect-error only without a payload
  new JobDefinition({ context, name: 'A', repeatSecs: 60, workFunction: (_payload: { a: 1 }) => {} });
  // @ts-expect-error only without a payload
  new JobDefinition<{ a: 1 }>({ context, name: 'A', repeatSecs: 60, workFunction: () => {} });
}

export function workers(): void {
  const worker = new Worker({ context, channels: ['A'], concurrency: 5 });
  new Worker({ context, channels: ['A', 'B'] as const });
  // @ts-expect-error a list
  new Worker({ context, channels: 'A' });
  // @ts-expect-error unknown option
  new Worker({ context, concurency: 5 });
  // @ts-expect-error a context is needed
  new Worker({});
  expectTypeOf(worker.id).toBeString();
  expectTypeOf(worker.stop).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(worker).toMatchTypeOf<AsyncDisposable>();
  const orchestrator = new Orchestrator({ context, jobSchedulePollSecs: 5 });
  expectTypeOf(orchestrator.stop).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(orchestrator).toMatchTypeOf<AsyncDisposable>();
  // @ts-expect-error unknown option
  new Orchestrator({ context, jobSchedulePollSec: 5 });
}

export function metadata(told: JobMetadata): void {
  expectTypeOf(told).toEqualTypeOf<{
    readonly jobId: string;
    readonly jobName: string;
    readonly channel: string;
    readonly jobGroup: string;
    readonly attempt: number;
    readonly numAttempts: number;
    readonly priority: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly enqueuedAt: Date;
    readonly workerId: string;
    readonly signal: AbortSignal;
  }>();
}

export function overrides(): void {
  expectTypeOf<keyof EnqueueOverrides>().toEqualTypeOf<
    'delaySecs' | 'numAttempts' | 'timeoutSecs' | 'backoff' | 'priority' | 'channel' | 'jobGroup' | 'runAt' | 'headers'
  >();
}

type ContractEvents =
  | 'JOB_DEFINITION_JOB_ENQUEUE'
  | 'WORKER_JOB_DEQUEUE'
  | 'WORKER_JOB_EXPIRE'
  | 'WORKER_JOB_RUN'
  | 'WORKER_JOB_RUN_ERROR'
  | 'WORKER_JOB_RUN_SUCCESS'
  | 'ORCHESTRATOR_JOB_SCHEDULE'
  | 'ORCHESTRATOR_JOB_DELETE'
  | 'ORCHESTRATOR_JOB_GROUP_DELETE';

export function events(): void {
  expectTypeOf<ContractEvents>().toMatchTypeOf<BearEvent['eventType']>();
  const remove = context.addEventHandler((event) => {
    expectTypeOf(event).toEqualTypeOf<BearEvent>();
    switch (event.eventType) {
      case 'JOB_DEFINITION_JOB_ENQUEUE':
      case 'ORCHESTRATOR_JOB_SCHEDULE':
      case 'ORCHESTRATOR_JOB_DELETE':
        expectTypeOf(event.jobId).toBeString();
        expectTypeOf(event.jobName).toBeString();
        // @ts-expect-error no worker has a part in it
        event.workerId;
        break;
      case 'WORKER_JOB_DEQUEUE':
      case 'WORKER_JOB_EXPIRE':
        expectTypeOf(event.workerId).toBeString();
        break;
      case 'WORKER_JOB_RUN':
        expectTypeOf(event.attempt).toBeNumber();
        // @ts-expect-error it is not over yet
        event.durationMs;
        break;
      case 'WORKER_JOB_RUN_ERROR':
        expectTypeOf(event.error).toBeUnknown();
        expectTypeOf(event.durationMs).toBeNumber();
        break;
      case 'WORKER_JOB_RUN_SUCCESS':
        expectTypeOf(event.durationMs).toBeNumber();
        // @ts-expect-error it had none
        event.error;
        break;
      case 'ORCHESTRATOR_JOB_GROUP_DELETE':
        expectTypeOf(event.jobGroup).toBeString();
        // @ts-expect-error it is of no job
        event.jobId;
        break;
      case 'DAEMON_ERROR':
        expectTypeOf(event.failures).toBeNumber();
        break;
      case 'WORKER_JOB_SNOOZE':
        expectTypeOf(event.secs).toBeNumber();
        expectTypeOf(event.reason).toBeString();
        break;
      case 'WORKER_JOB_RELEASE':
      case 'WORKER_JOB_LOSE':
        expectTypeOf(event.workerId).toBeString();
        break;
      case 'WORKER_JOB_SETTLE_ERROR':
        expectTypeOf(event.error).toBeUnknown();
        break;
      case 'ORCHESTRATOR_JOB_RESCUE':
      case 'WORKER_JOB_RESCUE':
        expectTypeOf(event.jobName).toBeString();
        break;
      case 'ORCHESTRATOR_JOB_GROUP_UNLOCK':
      case 'WORKER_JOB_GROUP_UNLOCK':
        expectTypeOf(event.jobGroup).toBeString();
        break;
      case 'WARNING':
        expectTypeOf(event.message).toBeString();
        break;
      case 'EVENT_HANDLER_ERROR':
        expectTypeOf(event.handledEventType).toBeString();
        break;
      // @ts-expect-error no such event
      case 'WORKER_JOB_RUN_FINISHED':
        break;
    }
  });
  expectTypeOf(remove).toEqualTypeOf<() => void>();
  context.addEventHandler(async () => {});
}

describe('the types of the objects', () => {
  it('are checked by the compiler, in this file', () => {
    expect(contexts).toBeInstanceOf(Function);
  });
});
