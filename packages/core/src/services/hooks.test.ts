import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors.ts';
import type { Hook } from './hook.ts';
import { Hooks } from './hooks.ts';

const run = { metadata: {} as never, payload: 7 };

function around(...hooks: readonly Hook[]): Hooks {
  const all = new Hooks();
  for (const hook of hooks) all.add(hook);
  return all;
}

describe('hooks', () => {
  it('lie around each other, the first one outermost', async () => {
    const seen: string[] = [];
    const hook = (name: string): Hook => ({
      name,
      run: async (_run, next) => {
        seen.push(`${name} before`);
        const given = await next();
        seen.push(`${name} after`);
        return `${name}(${given})`;
      },
    });
    expect(await around(hook('a'), hook('b')).run(run, () => 'work')).toBe('a(b(work))');
    expect(seen).toEqual(['a before', 'b before', 'b after', 'a after']);
  });

  it('are asked for only where they have such a part', async () => {
    const hooks = around({ name: 'runs', run: (_run, next) => next() });
    expect([hooks.isAroundRuns, hooks.isAroundEnqueues]).toEqual([true, false]);
    expect([new Hooks().isAroundRuns, new Hooks().isAroundEnqueues]).toEqual([false, false]);
  });

  it('lie around passes, and decide neither how long is waited for the next nor whether one has failed', async () => {
    const seen: string[] = [];
    const hooks = around({
      name: 'passes',
      background: async (task, next) => {
        seen.push(task);
        await next().catch(() => seen.push('failed'));
        return 7 as never;
      },
    });
    expect(hooks.isAroundPasses).toBe(true);
    expect(await hooks.around('claimer', async () => 250)).toBe(250);
    await expect(hooks.around('settler', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(seen).toEqual(['claimer', 'settler', 'failed']);
    const lazy = around({ name: 'lazy', background: async () => {} });
    await expect(lazy.around('claimer', async () => 0)).rejects.toThrow('must call next(), but did not');
  });

  it('can be taken away while a call goes through them, and as often as one likes', async () => {
    const hooks = new Hooks();
    const remove = hooks.add({
      name: 'once',
      run: async (_run, next) => {
        remove();
        return `seen ${await next()}`;
      },
    });
    expect(await hooks.run(run, () => 1)).toBe('seen 1');
    remove();
    expect(hooks.isAroundRuns).toBe(false);
  });

  it('may answer for a run that threw, and not for an enqueue that did', async () => {
    const swallow = async (_: unknown, next: () => Promise<unknown>): Promise<undefined> => {
      await next().catch(() => {});
    };
    const failing = (): Promise<never> => Promise.reject(new Error('inside'));
    const hooks = around({ name: 'deaf', run: swallow, enqueue: swallow });
    expect(await hooks.run(run, failing)).toBeUndefined();
    await expect(hooks.enqueue([], failing)).rejects.toThrow('inside');
  });

  it('are waited for though they do not wait for what is inside of them', async () => {
    const hooks = around({
      name: 'hasty',
      run: (_run, next) => void next(),
      enqueue: async (_jobs, next) => void next(),
    });
    let isOver = false;
    const slow = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      isOver = true;
    };
    await hooks.run(run, slow);
    expect(isOver).toBe(true);
    isOver = false;
    await hooks.enqueue([], slow);
    expect(isOver).toBe(true);
    await expect(hooks.run(run, async () => Promise.reject(new Error('late')))).rejects.toThrow('late');
  });

  it('that throw after what is inside of them began wait for that, and their error counts', async () => {
    const hooks = around({
      name: 'throws',
      run: (_run, next) => {
        void next();
        throw new Error('of the hook');
      },
    });
    let isOver = false;
    const slow = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      isOver = true;
      throw new Error('inside');
    };
    await expect(hooks.run(run, slow)).rejects.toThrow('of the hook');
    expect(isOver).toBe(true);
  });

  it('that call next twice get the same, and what is inside runs once', async () => {
    let runs = 0;
    const hooks = around({
      name: 'twice',
      run: async (_run, next) => [await next(), await next()],
    });
    expect(await hooks.run(run, () => (runs += 1))).toEqual([1, 1]);
  });

  it('that do not call next are named', async () => {
    const hooks = around({ name: 'lazy', run: () => 1, enqueue: async () => {} });
    await expect(hooks.run(run, () => 2)).rejects.toThrow(
      new InvalidOptionError('run of the hook "lazy"', 'must call next(), but did not'),
    );
    await expect(hooks.enqueue([], async () => {})).rejects.toThrow('enqueue of the hook "lazy" must call next()');
  });

  it('that call next only when they are over are refused, and nothing runs after its outcome', async () => {
    const late: Promise<unknown>[] = [];
    let [ran, enqueued] = [0, 0];
    const countRun = () => {
      ran += 1;
    };
    const countEnqueue = async () => {
      enqueued += 1;
    };
    const hooks = around({
      name: 'late',
      run: (_run, next) => {
        setImmediate(() => late.push(next()));
        return 1;
      },
      enqueue: async (_jobs, next) => {
        setImmediate(() => late.push(next()));
        throw new Error('no');
      },
    });
    await expect(hooks.run(run, countRun)).rejects.toThrow('must call next(), but did not');
    await expect(hooks.enqueue([], countEnqueue)).rejects.toThrow('no');
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    const ends = await Promise.allSettled(late);
    expect(ends.map((end) => (end.status === 'rejected' ? String(end.reason) : end))).toEqual([
      expect.stringContaining('run of the hook "late" must call next() before it returns'),
      expect.stringContaining('enqueue of the hook "late" must call next() before it returns'),
    ]);
    expect([ran, enqueued]).toEqual([0, 0]);
  });

  it('are told once that work begins, also those that are added later, and none that was taken away', () => {
    const hooks = new Hooks();
    const told: string[] = [];
    const failures: unknown[] = [];
    const failed = (message: string, error: unknown): unknown => failures.push([message, error]);
    const telling = (name: string): Hook => ({ name, connect: () => void told.push(name) });
    hooks.add(telling('a'));
    hooks.add({
      name: 'adds',
      connect: () => {
        hooks.add(telling('added by another'));
      },
    });
    hooks.add(telling('gone'))();
    hooks.add({ name: 'has none', run: (_run, next) => next() });
    expect(told).toEqual([]);
    hooks.connect(failed);
    hooks.connect(failed);
    hooks.add(telling('later'));
    expect(told).toEqual(['a', 'added by another', 'later']);
    expect(failures).toEqual([]);
  });

  it('whose connect fails, at once or later, are told of, and disturb nothing', async () => {
    const hooks = new Hooks();
    const failures: [string, unknown][] = [];
    const told: string[] = [];
    hooks.add({
      name: 'throws',
      connect: () => {
        throw new Error('no network');
      },
    });
    hooks.add({ name: 'rejects', connect: async () => Promise.reject(new Error('too late')) });
    hooks.add({ name: 'last', connect: () => void told.push('last') });
    hooks.connect((message, error) => failures.push([message, (error as Error).message]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['last']);
    expect(failures).toEqual([
      [expect.stringContaining('connect of the hook "throws" has failed'), 'no network'],
      [expect.stringContaining('connect of the hook "rejects" has failed'), 'too late'],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no object', 7, 'Context.use takes an object of options, got 7'],
    ['a function', () => {}, 'Context.use takes an object'],
    ['no name', { run: () => {} }, 'Context.use.name must be a string'],
    ['no part', { name: 'none' }, 'takes a hook that has any of enqueue, run, background and connect'],
    ['a part that is no function', { name: 'a', run: 7 }, 'Context.use.run must be a function'],
    ['an unknown part', { name: 'a', runs: () => {} }, 'did you mean "run"?'],
  ])('refuse %s', (_, given, message) => {
    expect(() => new Hooks().add(given as Hook)).toThrow(message);
  });
});
