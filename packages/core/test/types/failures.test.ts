import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { type Context, type FailedJob, JobDefinition } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;

interface Order {
  readonly orderId: number;
}

export function failures(): void {
  const tell = new JobDefinition({
    context,
    name: 'TELL',
    workFunction: ({ payload, error, attempt, enqueuedAtMs }: FailedJob<Order>) => {
      expectTypeOf(payload).toEqualTypeOf<Order>();
      expectTypeOf(error).toBeString();
      expectTypeOf([attempt, enqueuedAtMs]).toEqualTypeOf<number[]>();
    },
  });
  const ship = new JobDefinition({
    context,
    name: 'SHIP',
    onFailure: tell, // before the work function, and yet it is not what says of what type the payload is
    workFunction: (payload: Order) => payload,
  });
  expectTypeOf(ship).toEqualTypeOf<JobDefinition<Order>>();
  const tellAny = new JobDefinition({
    context,
    name: 'TELL_ANY',
    workFunction: (failed: FailedJob<unknown>) => failed.jobName,
  });
  new JobDefinition({ context, name: 'A', workFunction: (payload: Order) => payload, onFailure: tellAny });
  new JobDefinition({ context, name: 'B', workFunction: () => {}, onFailure: tellAny });
  // @ts-expect-error it takes the failures of other payloads
  new JobDefinition({ context, name: 'C', workFunction: (_: { userId: string }) => {}, onFailure: tell });
  const other = new JobDefinition({ context, name: 'D', workFunction: (payload: Order) => payload });
  // @ts-expect-error it takes no failures
  new JobDefinition({ context, name: 'E', workFunction: (payload: Order) => payload, onFailure: other });
  // @ts-expect-error it is of a definition, not of one job
  void ship.enqueue({ orderId: 1 }, { onFailure: tell });
}

export function jobDefaults(): void {
  expectTypeOf<NonNullable<ConstructorParameters<typeof Context>[0]['jobDefaults']>>().toHaveProperty('numAttempts');
  // @ts-expect-error a function decides by the payload, of which a context knows nothing
  ({ backoff: () => 5 }) satisfies ConstructorParameters<typeof Context>[0]['jobDefaults'];
}

describe('the types of what happens when jobs fail', () => {
  it('are checked by the compiler, in this file', () => {
    expect(failures).toBeInstanceOf(Function);
  });
});
