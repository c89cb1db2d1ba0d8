import { InvalidOptionError } from '../errors.ts';
import { MAX_NAME_BYTES } from '../model/limits.ts';
import { checkOptions, isFunction, nameOf } from '../options/check-options.ts';
import type { Hook, HookedRun, JobDraft } from './hook.ts';

/** The hooks of a context. Lists that are replaced, never changed: a call goes through those that were there when it began. */
export class Hooks {
  #all: readonly Hook[] = [];
  /** Those around enqueues; `undefined` where there are none, which is all that an enqueue without hooks asks. */
  #enqueuing: readonly Hook[] | undefined;
  #running: readonly Hook[] | undefined;
  #passing: readonly Hook[] | undefined;
  /** Set once a Worker or an orchestrator has started. */
  #onConnectFailed: ConnectFailed | undefined;

  /**
   * Adds a hook inside of those that are there, and returns what takes it away.
   *
   * @throws InvalidOptionError for what is no hook.
   */
  add(given: Hook): () => void {
    const hook = checkOptions('Context.use', given, hookChecks, ['name']);
    const { enqueue, run, background, connect } = hook;
    if ([enqueue, run, background, connect].every((part) => part === undefined)) {
      throw new InvalidOptionError('Context.use', 'takes a hook that has any of enqueue, run, background and connect');
    }
    this.#set([...this.#all, hook]);
    if (this.#onConnectFailed !== undefined) connectOne(hook, this.#onConnectFailed);
    return () => this.#set(this.#all.filter((one) => one !== hook));
  }

  /** The context's Workers or orchestrators start: tells each hook once, also those that are added later. */
  connect(onFailed: ConnectFailed): void {
    if (this.#onConnectFailed !== undefined) return;
    this.#onConnectFailed = onFailed;
    for (const hook of this.#all) connectOne(hook, onFailed);
  }

  get isAroundEnqueues(): boolean {
    return this.#enqueuing !== undefined;
  }

  get isAroundRuns(): boolean {
    return this.#running !== undefined;
  }

  get isAroundPasses(): boolean {
    return this.#passing !== undefined;
  }

  /** Calls the hooks around a pass of a daemon, and the pass inside of them. How long that is to wait, no hook decides. */
  readonly around = (task: string, pass: () => Promise<number>): Promise<number> =>
    this.#passing === undefined ? pass() : passThrough(this.#passing, task, pass);

  /** Calls the hooks around an enqueue, and `last` inside of them. */
  async enqueue(jobs: readonly JobDraft[], last: () => Promise<void>): Promise<void> {
    await through(this.#enqueuing ?? [], 'enqueue', last, (hook, next) => hook.enqueue?.(jobs, next));
  }

  /** Calls the hooks around a work function, and `last` inside of them. */
  run(run: HookedRun, last: () => unknown): Promise<unknown> {
    return through(
      this.#running ?? [],
      'run',
      async () => await last(),
      (hook, next) => hook.run?.(run, next),
    );
  }

  #set(hooks: readonly Hook[]): void {
    this.#all = hooks;
    this.#enqueuing = ifAny(hooks.filter((hook) => hook.enqueue !== undefined));
    this.#running = ifAny(hooks.filter((hook) => hook.run !== undefined));
    this.#passing = ifAny(hooks.filter((hook) => hook.background !== undefined));
  }
}

/** Tells that the part `connect` of a hook has failed. */
type ConnectFailed = (message: string, error: unknown) => void;

const hookChecks = {
  name: nameOf(MAX_NAME_BYTES),
  enqueue: isFunction,
  run: isFunction,
  background: isFunction,
  connect: isFunction,
};

/** A failure, at once or in a promise that it returns, is told of and disturbs nothing. */
function connectOne(hook: Hook, onFailed: ConnectFailed): void {
  const failed = (error: unknown): void =>
    onFailed(`connect of the hook ${JSON.stringify(hook.name)} has failed; nothing else is disturbed`, error);
  try {
    Promise.resolve(hook.connect?.()).catch(failed);
  } catch (error) {
    failed(error);
  }
}

function ifAny<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

async function passThrough(hooks: readonly Hook[], task: string, pass: () => Promise<number>): Promise<number> {
  let waitMs = 0;
  const last = async (): Promise<void> => {
    waitMs = await pass();
  };
  await through(hooks, 'background', last, (hook, next) => hook.background?.(task, next));
  return waitMs;
}

/**
 * Each around the next. `next` is waited for though a hook does not: what it began must not go on after the call, and its
 * failure must not be missed. One that a hook around a run has seen is the hook's to answer for; of an enqueue it always
 * counts, for whoever is told of an id must find the job, and of a pass, for that is to be tried again.
 */
async function through<T>(
  hooks: readonly Hook[],
  part: 'enqueue' | 'run' | 'background',
  last: () => Promise<T>,
  call: (hook: Hook, next: () => Promise<T>) => unknown,
): Promise<T> {
  const from = async (index: number): Promise<T> => {
    const hook = hooks[index];
    if (hook === undefined) return await last();
    let inner: Promise<T> | undefined;
    let isOver = false;
    let isRefused = false;
    const next = (): Promise<T> => {
      if (inner !== undefined) return inner; // called again: the same
      if (isRefused) return refusedNext(part, hook);
      inner = from(index + 1);
      const over = (): void => {
        isOver = true;
      };
      inner.then(over, over);
      return inner;
    };
    let given: unknown;
    try {
      given = await call(hook, next);
    } catch (error) {
      isRefused = true;
      await (inner as Promise<T> | undefined)?.catch(() => {}); // it is the hook's error that counts
      throw error;
    }
    if (inner === undefined) {
      isRefused = true;
      throw wrongNext(part, hook, 'must call next(), but did not');
    }
    if (part !== 'run' || !isOver) await inner;
    return given as T;
  };
  return await from(0);
}

function wrongNext(part: string, { name }: Hook, problem: string): InvalidOptionError {
  return new InvalidOptionError(`${part} of the hook ${JSON.stringify(name)}`, problem);
}

/**
 * Whoever called has been told that it failed, and may have tried again: what began now would be there twice. Where nobody
 * hears of this, that is no reason for the program to end.
 */
function refusedNext(part: string, hook: Hook): Promise<never> {
  const refused = Promise.reject(wrongNext(part, hook, 'must call next() before it returns: nothing was done'));
  refused.catch(() => {});
  return refused;
}
