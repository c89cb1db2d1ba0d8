import fc from 'fast-check';

/** What cannot be printed when a property fails, or not twice: its name is drawn, and it is made when it is needed. */
class Bite {
  readonly name: keyof typeof BITES;

  constructor(name: keyof typeof BITES) {
    this.name = name;
  }
}

/** What the caller's own function throws, which is passed on as it is. */
export class CallersError extends Error {}

const bite = (): never => {
  throw new Error('grr');
};

const failing = (): never => {
  throw new CallersError('on purpose');
};

const BITES = {
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'a revoked list': () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  },
  'a proxy that throws': () => new Proxy({}, { get: bite, has: bite, ownKeys: bite, getPrototypeOf: bite }),
  'a proxy that throws what has no text': () => {
    const biteHard = (): never => {
      throw Object.create(null);
    };
    return new Proxy({}, { get: biteHard, has: biteHard, ownKeys: biteHard, getPrototypeOf: biteHard });
  },
  'a list that throws': () => new Proxy(['A'], { get: bite }),
  'a getter that throws': () => Object.defineProperty({}, 'name', { get: bite, enumerable: true }),
  'a toJSON that throws': () => ({ toJSON: bite }),
  'a toString that throws': () => ({ toString: bite, [Symbol.toPrimitive]: bite }),
  'a list that holds itself': () => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  },
  'a hundred thousand levels': () => {
    let value: unknown = null;
    for (let i = 0; i < 100_000; i += 1) value = [value];
    return value;
  },
  'a text of five million letters': () => 'long '.repeat(1_000_000),
  'an object of long keys': () => ({ ['k'.repeat(100_000)]: Number.NaN }),
  'a bigint of a hundred thousand digits': () => 10n ** 100_000n,
  'a function': () => () => 'of the caller',
  'a function that throws': () => failing,
  'an async function that rejects': () => async () => bite(),
  'a symbol': () => Symbol('of the caller'),
  'a promise': () => Promise.resolve(5),
  'an error': () => new Error('as a value'),
};

const NUMBERS = [
  ...[-1, -0, 0, 5e-324, 0.01, 0.1, 0.5, 1, 1.5, 2, 3, 3_600, 3_600.1, 10_000, 10_001, 86_400, 86_401, 1_000_000],
  ...[1_000_001, 2 ** 31 - 1, 2 ** 31, 3_153_600_000, 3_153_600_001, 2 ** 53, 1e21, 1.7e308],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];
const TEXTS = [
  ...['', ' ', 'a', 'A', '60', 'public', 'none', 'pg_x', 'auto', 'poll', 'never', 'producer', '__proto__', 'toString'],
  ...['a\0b', '\ud83d', '\udc3b', '🐻', `'"\\$1{s}`, 'null', 'NULL', '\u0001\u007f\u2028', '%s %I'],
  ...[63, 64, 255, 256, 1_024, 1_025].flatMap((bytes) => ['x'.repeat(bytes), 'ü'.repeat(bytes / 2)]),
];
const OTHERS = [
  null,
  undefined,
  true,
  false,
  0n,
  1n,
  new Date(Number.NaN),
  new Date(8.64e15),
  [],
  {},
  [[]],
  ['A', 'A'],
];

const biting = fc.constantFrom(...(Object.keys(BITES) as (keyof typeof BITES)[])).map((name) => new Bite(name));

/** Anything at all, what is close to a limit more often than chance would have it. */
export const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(...TEXTS),
  fc.constantFrom<unknown>(...OTHERS),
  biting,
  fc.string({ unit: 'binary' }),
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
);

/** What was drawn, as it is given to the code under test. */
export function made(drawn: unknown): unknown {
  return drawn instanceof Bite ? BITES[drawn.name]() : drawn;
}

/** How an object of options that is right is made wrong, perhaps: one or two fields replaced, or left out. */
export interface Change {
  readonly field: string;
  readonly value: unknown;
}

const LEFT_OUT = 'left out';

/** Either anything in place of the options, or changes of options that are right. */
export function optionsLike(
  ...fields: readonly string[]
): fc.Arbitrary<readonly Change[] | { readonly whole: unknown }> {
  const field = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...fields) }, fc.constantFrom('other', '__proto__'));
  const value = fc.oneof({ weight: 9, arbitrary: anyValue }, fc.constant(LEFT_OUT));
  const changes = fc.array(fc.record({ field, value }), { minLength: 1, maxLength: 2 });
  return fc.oneof(
    { weight: 5, arbitrary: changes },
    anyValue.map((whole) => ({ whole })),
  );
}

/** The options as they are given: `right` with the changes made. */
export function changed(right: object, how: readonly Change[] | { readonly whole: unknown }): never {
  if ('whole' in how) return made(how.whole) as never;
  const options: Record<string, unknown> = { ...right };
  for (const { field, value } of how) {
    if (value === LEFT_OUT) delete options[field];
    else Object.defineProperty(options, field, { value: made(value), enumerable: true, configurable: true });
  }
  return options as never;
}
