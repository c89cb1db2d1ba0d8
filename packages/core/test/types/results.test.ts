import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { type Context, JobDefinition, type OutcomeOfJob, type StandardSchema } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;
declare const schema: StandardSchema<{ day: string }, { day: Date }>;

export function results(): void {
  const sum = new JobDefinition({
    context,
    name: 'SUM',
    result: 'keep',
    workFunction: async (payload: { of: number[] }) => ({ sum: payload.of.length }),
  });
  expectTypeOf(sum).toEqualTypeOf<JobDefinition<{ of: number[] }, { of: number[] }, { sum: number }>>();
  expectTypeOf(sum.enqueueAndWait({ of: [1] }, { waitSecs: 1, priority: 2 })).toEqualTypeOf<Promise<{ sum: number }>>();
  expectTypeOf(sum.result('id', { waitSecs: 1 })).toEqualTypeOf<Promise<{ sum: number }>>();
  expectTypeOf(sum.enqueue({ of: [1] })).toEqualTypeOf<Promise<string>>();
  // @ts-expect-error it takes a payload
  void sum.enqueueAndWait();
  // @ts-expect-error a job that is waited for is committed
  void sum.enqueueAndWait({ of: [1] }, { tx: undefined as never as { run: never } });

  const plain = new JobDefinition({ context, name: 'PLAIN', workFunction: () => 5 });
  expectTypeOf(plain.enqueueAndWait()).toEqualTypeOf<Promise<undefined>>();
  expectTypeOf(plain).toEqualTypeOf<JobDefinition<null, null, undefined>>();
  expectTypeOf(new JobDefinition({ context, name: 'PLAIN', result: 'discard', workFunction: () => 5 })).toEqualTypeOf(
    plain,
  );

  const sync = new JobDefinition({ context, name: 'SYNC', result: 'keep', workFunction: () => 'text' as const });
  expectTypeOf(sync.enqueueAndWait()).toEqualTypeOf<Promise<'text'>>();

  const parsed = new JobDefinition({
    context,
    name: 'PARSED',
    payloadSchema: schema,
    result: 'keep',
    workFunction: async ({ day }) => day.getTime(),
  });
  expectTypeOf(parsed.enqueueAndWait({ day: '2031-01-01' })).toEqualTypeOf<Promise<number>>();

  // @ts-expect-error a Date does not survive JSON
  new JobDefinition({ context, name: 'DATE', result: 'keep', workFunction: async () => new Date() });
  // @ts-expect-error no such word
  new JobDefinition({ context, name: 'WORD', result: 'store', workFunction: async () => 1 });
}

export function outcomes(ended: OutcomeOfJob): void {
  expectTypeOf(context.jobs.outcome('id', { waitSecs: 5 })).toEqualTypeOf<Promise<OutcomeOfJob>>();
  if (ended.outcome === 'succeeded') expectTypeOf(ended.result).toBeUnknown();
  else if (ended.outcome === 'failed') expectTypeOf(ended.error).toBeString();
  else expectTypeOf(ended.reason).toEqualTypeOf<string | null>();
}

describe('the types of results', () => {
  it('are checked by the compiler', () => {
    expect(results).toBeInstanceOf(Function);
  });
});
