/**
 * What `T` is allowed to be in a payload: values that come back from JSON as they went in. Where all of `T` is, it is `T`
 * itself; else anything that is not (a `Date`, a `bigint`, a function, a `Map`) is an error message in its place, so that
 * `enqueue` does not compile. Interfaces, type aliases, tuples, optional properties, recursive JSON types and `unknown`
 * are fine. So is a type parameter: it is checked where it is known.
 *
 * For a type parameter the compiler compares with the branches that the condition may come to, if the parameter were
 * anything. This one then comes to `T`: hence a condition that only what is refused fulfils.
 */
export type JsonSafe<T> = [Survives<T>] extends [never] ? Marked<T> : T;

/** Whether a job must be given its payload: `never` for `null` alone. A type parameter is taken to need one. */
export type IsGiven<T> = ['payload'] extends [T extends null ? 'none' : 'payload'] ? true : never;

/** Names the type that JSON would change. */
export interface NotJson<T> {
  readonly 'this type does not survive JSON': T;
}

type Survives<T> = [T] extends [Marked<T>] ? true : never;

/**
 * `T` with marks at what JSON would change. Each step into a list or an object is one that the compiler takes when it
 * compares, not before: so types that refer to themselves have an end.
 */
type Marked<T> = unknown extends T
  ? T
  : T extends JsonValue
    ? T
    : T extends NeverJson
      ? NotJson<T>
      : T extends readonly unknown[]
        ? MarkedList<T>
        : [keyof T] extends ['toJSON'] // "anything that turns itself into JSON", as Prisma's input types have it
          ? T
          : T extends object
            ? { [K in keyof T]: undefined extends T[K] ? Marked<Exclude<T[K], undefined>> | undefined : Marked<T[K]> }
            : NotJson<T>;

/** Types of JSON alone, which need not be taken apart; and most that refer to themselves are such. */
type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

type NeverJson =
  | bigint
  | symbol
  | undefined
  | ((...args: never[]) => unknown)
  | Date
  | Map<unknown, unknown>
  | Set<unknown>
  | RegExp
  | ArrayBufferView
  | Promise<unknown>;

/** A list by its items, also where an interface extends it; a tuple of so many by its places. */
type MarkedList<T extends readonly unknown[]> = number extends T['length']
  ? readonly Marked<T[number]>[]
  : { [K in keyof T as K extends `${number}` ? K : never]: Marked<T[K]> };
