import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { type Context, JobDefinition, type JobMetadata, type JsonSafe, type NotJson } from '../../src/index.ts';

// What follows is checked by the compiler alone: no line of it is run.
declare const context: Context;

export function inferredFromTheWorkFunction(): void {
  const inferred = new JobDefinition({
    context,
    name: 'A',
    workFunction: async (payload: { to: string; cc?: string[] }, metadata) => {
      expectTypeOf(payload).toEqualTypeOf<{ to: string; cc?: string[] }>();
      expectTypeOf(metadata).toEqualTypeOf<JobMetadata>();
    },
  });
  expectTypeOf(inferred).toEqualTypeOf<JobDefinition<{ to: string; cc?: string[] }>>();
  expectTypeOf(inferred.enqueue({ to: 'x' })).toEqualTypeOf<Promise<string>>();
  void inferred.enqueue({ to: 'x', cc: ['y'] }, { delaySecs: 1, jobGroup: 'g' });
  // @ts-expect-error a property is missing
  void inferred.enqueue({});
  // @ts-expect-error of the wrong type
  void inferred.enqueue({ to: 7 });
  // @ts-expect-error unknown property
  void inferred.enqueue({ to: 'x', bcc: 'y' });
  // @ts-expect-error the payload is needed
  void inferred.enqueue();
  // @ts-expect-error null is not it
  void inferred.enqueue(null);
  // @ts-expect-error unknown override
  void inferred.enqueue({ to: 'x' }, { jobgroup: 'g' });
}

export function givenExplicitly(): void {
  type JobParams = { foo: string };
  const explicit = new JobDefinition<JobParams>({
    context,
    name: 'A',
    jobGroupGenerator: (payload) => {
      expectTypeOf(payload).toEqualTypeOf<JobParams>();
      return payload.foo;
    },
    workFunction: (payload) => {
      expectTypeOf(payload).toEqualTypeOf<JobParams>();
    },
  });
  void explicit.enqueue({ foo: 'bar' });
  // @ts-expect-error the work function takes something else
  new JobDefinition<JobParams>({ context, name: 'A', workFunction: (_payload: { bar: number }) => {} });
  // @ts-expect-error a group is a text
  new JobDefinition<JobParams>({ context, name: 'A', workFunction: () => {}, jobGroupGenerator: () => 7 });
}

export function nullByDefault(): void {
  const byDefault: JobDefinition = new JobDefinition({ context, name: 'A', workFunction: () => {} });
  const annotated = new JobDefinition({ context, name: 'A', workFunction: async (_payload: null, _metadata) => {} });
  expectTypeOf<JobDefinition>().toEqualTypeOf<JobDefinition<null>>();
  expectTypeOf(annotated).toEqualTypeOf<JobDefinition<null>>();
  for (const definition of [byDefault, annotated]) {
    void definition.enqueue();
    void definition.enqueue(null);
    void definition.enqueue(null, { numAttempts: 2 });
    void definition.enqueue(undefined, { numAttempts: 2 });
    // @ts-expect-error it takes no payload
    void definition.enqueue({ a: 1 });
    // @ts-expect-error the overrides come second
    void definition.enqueue({ numAttempts: 2 });
  }
}

interface Address {
  readonly street: string;
  readonly lines?: readonly string[];
}

interface Order {
  id: number;
  address: Address;
  items: [name: string, count: number][];
  state: 'new' | 'paid';
  note?: string | null;
  tags: Record<string, boolean>;
}

export function interfacesAreFine(order: Order): void {
  const definition = new JobDefinition({ context, name: 'A', workFunction: (_payload: Order) => {} });
  void definition.enqueue(order);
  void definition.enqueue({ id: 1, address: { street: 's' }, items: [['a', 1]], state: 'new', tags: { x: true } });
  // @ts-expect-error one of the literals
  void definition.enqueue({ ...order, state: 'lost' });
  expectTypeOf<Order>().toMatchTypeOf<JsonSafe<Order>>();
}

export function otherShapes(): void {
  void new JobDefinition({ context, name: 'A', workFunction: (_payload: string) => {} }).enqueue('text');
  void new JobDefinition({ context, name: 'A', workFunction: (_payload: number[]) => {} }).enqueue([1, 2]);
  void new JobDefinition({ context, name: 'A', workFunction: (_payload: unknown) => {} }).enqueue({ any: ['thing'] });
  const union = new JobDefinition({
    context,
    name: 'A',
    workFunction: (_payload: { kind: 'a'; n: number } | { kind: 'b'; s: string } | null) => {},
  });
  void union.enqueue({ kind: 'b', s: 'x' });
  void union.enqueue(null);
  // @ts-expect-error mixed
  void union.enqueue({ kind: 'b', n: 1 });
  // @ts-expect-error a union with null still needs to be said
  void union.enqueue();
}

export function whatJsonWouldChange(): void {
  const payloadOf = <T>(value: T): T => value;
  const enqueue = <T>(_payload: JsonSafe<T>): void => {};
  // @ts-expect-error a Date comes back as a text
  void new JobDefinition({ context, name: 'A', workFunction: (_: { at: Date }) => {} }).enqueue({ at: new Date() });
  // @ts-expect-error a bigint cannot be sent
  void new JobDefinition({ context, name: 'A', workFunction: (_: { n: bigint }) => {} }).enqueue({ n: 1n });
  // @ts-expect-error a function is left out
  void new JobDefinition({ context, name: 'A', workFunction: (_: { f: () => void }) => {} }).enqueue({ f: () => {} });
  // @ts-expect-error a Map comes back empty
  void new JobDefinition({ context, name: 'A', workFunction: (_: Map<string, 1>) => {} }).enqueue(new Map());
  // @ts-expect-error a Set as well
  void new JobDefinition({ context, name: 'A', workFunction: (_: Set<1>[]) => {} }).enqueue([new Set()]);
  // @ts-expect-error a symbol is left out
  void new JobDefinition({ context, name: 'A', workFunction: (_: { s: symbol }) => {} }).enqueue({ s: Symbol('s') });
  // @ts-expect-error bytes come back as an object
  void new JobDefinition({ context, name: 'A', workFunction: (_: Uint8Array) => {} }).enqueue(new Uint8Array());
  // @ts-expect-error undefined is no payload
  void new JobDefinition({ context, name: 'A', workFunction: (_: undefined) => {} }).enqueue(undefined);
  // @ts-expect-error undefined in a list comes back as null
  void new JobDefinition({ context, name: 'A', workFunction: (_: (1 | undefined)[]) => {} }).enqueue([undefined]);
  expectTypeOf<JsonSafe<{ deep: [{ at: Date }] }>>().toEqualTypeOf<{ deep: { 0: { at: NotJson<Date> } } }>();
  expectTypeOf<JsonSafe<{ deep: { at: Date }[] }>>().toEqualTypeOf<{ deep: readonly { at: NotJson<Date> }[] }>();
  expectTypeOf(payloadOf(enqueue<string>)).toBeFunction();
}

describe('the types of payloads', () => {
  it('are checked by the compiler, in this file', () => {
    expect(inferredFromTheWorkFunction).toBeInstanceOf(Function);
  });
});
