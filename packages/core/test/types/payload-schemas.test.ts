import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { type Context, JobDefinition, type JobMetadata, type StandardSchema } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;
declare const dated: StandardSchema<{ at: string; note?: string }, { at: Date; note: string }>;
declare const instant: StandardSchema<Date>;

export function inferredFromTheSchema(): void {
  const definition = new JobDefinition({
    context,
    name: 'A',
    payloadSchema: dated,
    jobGroupGenerator: (payload) => {
      expectTypeOf(payload).toEqualTypeOf<{ at: string; note?: string }>();
      return payload.at;
    },
    backoff: ({ payload }) => payload.at.getTime(),
    workFunction: async (payload, metadata) => {
      expectTypeOf(payload).toEqualTypeOf<{ at: Date; note: string }>();
      expectTypeOf(metadata).toEqualTypeOf<JobMetadata>();
    },
  });
  expectTypeOf(definition).toEqualTypeOf<JobDefinition<{ at: string; note?: string }, { at: Date; note: string }>>();
  void definition.enqueue({ at: '2030-01-01' });
  void definition.enqueueMany([{ payload: { at: '2030-01-01', note: 'x' } }]);
  // @ts-expect-error it takes what goes in, not what comes out
  void definition.enqueue({ at: new Date(), note: 'x' });
  // @ts-expect-error the work function gets a Date
  new JobDefinition({ context, name: 'A', payloadSchema: dated, workFunction: (_: { at: string }) => {} });
  // @ts-expect-error a schema's payload is not null
  new JobDefinition({ context, name: 'A', payloadSchema: dated, repeatSecs: 60, workFunction: () => {} });
}

export function withoutAWorkFunction(): void {
  const half = new JobDefinition({ context, name: 'A', payloadSchema: dated });
  void half.enqueue({ at: '2030-01-01' });
  const typed = new JobDefinition<{ to: string }>({ context, name: 'A' });
  void typed.enqueue({ to: 'me' });
  // @ts-expect-error a property is missing
  void typed.enqueue({});
  void new JobDefinition({ context, name: 'A' }).enqueue();
  const spread = { name: 'A', numAttempts: 2, payloadSchema: dated };
  void new JobDefinition({ context, ...spread }).enqueue({ at: '2030-01-01' });
  new JobDefinition({ context, ...spread, workFunction: ({ at }) => expectTypeOf(at).toEqualTypeOf<Date>() });
}

export function payloadsThatDoNotSurviveJson(): void {
  const definition = new JobDefinition({ context, name: 'A', payloadSchema: instant });
  // @ts-expect-error a Date would come back as a text
  void definition.enqueue(new Date());
}

export function versions(): void {
  new JobDefinition<{ cents: number }>({
    context,
    name: 'A',
    payloadVersion: 2,
    upcast: { 1: (old: { euros: number }) => ({ cents: old.euros * 100 }) },
  });
  // @ts-expect-error a function by each version
  new JobDefinition({ context, name: 'A', payloadVersion: 2, upcast: { 1: 'later' } });
}

export function hooks(): void {
  const remove = context.use({
    name: 'a',
    enqueue: async (jobs, next) => {
      for (const { headers, payload } of jobs) {
        headers['x'] = 'y';
        expectTypeOf(payload).toBeUnknown();
      }
      await next();
    },
    run: ({ metadata, payload }, next) => {
      expectTypeOf(metadata).toEqualTypeOf<JobMetadata>();
      expectTypeOf(payload).toBeUnknown();
      return next();
    },
  });
  expectTypeOf(remove).toEqualTypeOf<() => void>();
  context.use({
    name: 'a',
    enqueue: async ([job], next) => {
      // @ts-expect-error headers are texts
      Object.assign(job?.headers ?? {}, { x: 7 } satisfies Record<string, string>);
      await next();
    },
  });
  // @ts-expect-error a name is needed
  context.use({ run: () => {} });
}

describe('the types of payload schemas and hooks', () => {
  it('are checked by the compiler, in this file', () => {
    expect(inferredFromTheSchema).toBeInstanceOf(Function);
  });
});
