import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { Driver, SqlSession } from '../../src/driver/index.ts';
import {
  Context,
  type ContextOptions,
  type EnqueueOverrides,
  JobDefinition,
  type JobMetadata,
  type JobTick,
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
  // Without a work function it can enqueue.
  void new JobDefinition({ context, name: 'A' }).enqueue();
  void new JobDefinition<{ user: string }>({ context, name: 'A' }).enqueue({ user: 'me' });
  // @ts-expect-error of the wrong type
  void new JobDefinition<{ user: string }>({ context, name: 'A' }).enqueue({ user: 7 });
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
  expectTypeOf(worker.stop()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(worker.stop({ waitSecs: 1 })).toEqualTypeOf<
    Promise<{ readonly stillRunning: readonly { readonly jobId: string; readonly jobName: string }[] }>
  >();
  // @ts-expect-error unknown option
  void worker.stop({ waitMs: 1 });
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
    readonly tick?: JobTick;
    readonly workerId: string;
    readonly signal: AbortSignal;
    readonly stopping: AbortSignal;
    readonly progress: (value: unknown) => void;
    readonly log: (line: string) => void;
    readonly completeIn: (tx: SqlSession, result?: unknown) => Promise<void>;
    readonly enqueueOnSuccess: JobMetadata['enqueueOnSuccess'];
  }>();
}

export function followUps({ completeIn, enqueueOnSuccess }: JobMetadata, tx: SqlSession): void {
  const plain = new JobDefinition({ context, name: 'PLAIN', workFunction: () => {} });
  const mail = new JobDefinition({ context, name: 'MAIL', workFunction: (_: { to: string }) => {} });
  expectTypeOf(enqueueOnSuccess(mail, { to: 'ada' }, { delaySecs: 1, unique: null })).toEqualTypeOf<Promise<string>>();
  void enqueueOnSuccess(plain);
  void enqueueOnSuccess(plain, null, { jobGroup: 'g' });
  // @ts-expect-error it takes a payload
  void enqueueOnSuccess(mail);
  // @ts-expect-error of another type
  void enqueueOnSuccess(mail, { to: 1 });
  // @ts-expect-error it takes none
  void enqueueOnSuccess(plain, { to: 'ada' });
  // @ts-expect-error it is enqueued in the transaction of the success
  void enqueueOnSuccess(mail, { to: 'ada' }, { tx });
  // @ts-expect-error a transaction, not the metadata of one
  void completeIn({});
  // @ts-expect-error a transaction is needed
  void completeIn();
}

export function overrides(): void {
  expectTypeOf<keyof EnqueueOverrides>().toEqualTypeOf<
    | 'delaySecs'
    | 'numAttempts'
    | 'timeoutSecs'
    | 'maxRunSecs'
    | 'maxDeaths'
    | 'backoff'
    | 'priority'
    | 'channel'
    | 'jobGroup'
    | 'runAt'
    | 'headers'
    | 'unique'
  >();
}

export function hooks(): void {
  expectTypeOf(context.use({ name: 'all', connect: () => {} })).toEqualTypeOf<() => void>();
  context.use({ name: 'around', background: (_task, next) => next(), run: (_run, next) => next() });
  // @ts-expect-error a hook has a name
  context.use({ connect: () => {} });
  // @ts-expect-error there is nothing around it
  context.use({ name: 'next', connect: (next: () => void) => next() });
}

describe('the types of the objects', () => {
  it('are checked by the compiler, in this file', () => {
    expect(contexts).toBeInstanceOf(Function);
  });
});
