/**
 * What `T` is allowed to be in a payload: values that come back from JSON as they went in. Anything else (a `Date`, a
 * `bigint`, a function, a `Map`) becomes an error message in its place, so that `enqueue` does not compile.
 * Interfaces, type aliases, tuples, optional properties and `unknown` are fine.
 */
export type JsonSafe<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null
    ? T
    : T extends bigint | symbol | ((...args: never[]) => unknown)
      ? NotJson<T>
      : T extends undefined
        ? NotJson<T>
        : T extends Date | Map<unknown, unknown> | Set<unknown> | RegExp | ArrayBufferView | Promise<unknown>
          ? NotJson<T>
          : T extends readonly unknown[]
            ? { [K in keyof T]: JsonSafe<T[K]> }
            : T extends object
              ? {
                  [K in keyof T]: undefined extends T[K]
                    ? JsonSafe<Exclude<T[K], undefined>> | undefined
                    : JsonSafe<T[K]>;
                }
              : NotJson<T>;

/** Names the type that JSON would change. */
export interface NotJson<T> {
  readonly 'this type does not survive JSON': T;
}
