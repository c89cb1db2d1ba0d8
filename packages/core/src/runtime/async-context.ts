/** What is used of Node's module. Bun and Deno have it too; a browser has none, and there nothing is carried. */
interface AsyncHooks {
  readonly AsyncLocalStorage: {
    new <T>(): Storage<T>;
    snapshot(): Scope;
  };
  readonly AsyncResource: new (type: string) => { runInAsyncScope<R>(work: () => R): R };
}

type Scope = <R>(work: () => R) => R;

interface Storage<T> {
  run<R>(value: T, work: () => R): R;
  getStore(): T | undefined;
}

interface Runtime {
  readonly versions?: { readonly node?: string; readonly bun?: string; readonly deno?: string };
  readonly getBuiltinModule?: (id: string) => unknown;
}

/** Not imported: the package loads where there is no such module. */
const { process: runtime } = globalThis as { process?: Runtime };
const hooks = runtime?.getBuiltinModule?.('node:async_hooks') as AsyncHooks | undefined;

const { node = '0', bun, deno } = runtime?.versions ?? {};
/** Whether contexts follow promises at no cost, and are values. Before Node.js 24 they are objects that are written to. */
const isModern = bun !== undefined || deno !== undefined || Number.parseInt(node, 10) >= 24;

/**
 * Runs `work` as if it had been called when this module was loaded: what a request keeps in its own context (a tenant, a
 * trace, a transaction) is not seen by what is started meanwhile and goes on for others. Nor is what `work` enters there.
 */
export const outside: Scope = hooks === undefined ? (work) => work() : outsideBy(hooks);

/**
 * Runs `work` in a context that is its own from here on: what it enters there is not seen by who called. To be called
 * from where nobody's context is seen: it costs a third of {@link outside}.
 */
export const apart: Scope = hooks === undefined || isModern ? outside : apartBy(hooks);

function apartBy({ AsyncResource }: AsyncHooks): Scope {
  return (work) => new AsyncResource('BearMQ').runInAsyncScope(work);
}

function outsideBy({ AsyncLocalStorage, AsyncResource }: AsyncHooks): Scope {
  const snapshot = AsyncLocalStorage.snapshot();
  return isModern ? snapshot : (work) => snapshot(() => new AsyncResource('BearMQ').runInAsyncScope(work));
}

/**
 * A store whose values follow what is started within its `run`; `undefined` where there is none, and before Node.js 24:
 * there the first use makes every promise of the process dearer, which cost a job without work 2.5 of 13 microseconds.
 */
export function cheapStorage<T>(): Storage<T> | undefined {
  return hooks !== undefined && isModern ? new hooks.AsyncLocalStorage<T>() : undefined;
}
