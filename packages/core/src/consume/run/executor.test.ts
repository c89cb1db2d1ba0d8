import { describe, expect, it } from '@jest/globals';
import { claimedJob } from '../../../test/support/claimed-job.ts';
import type { BearEvent } from '../../events.ts';
import { EventBus } from '../../runtime/event-bus.ts';
import { Hooks } from '../../services/hooks.ts';
import { Registry } from '../../services/registry.ts';
import { Holding } from '../holding.ts';
import type { Settlement } from '../settle/settle-batch.ts';
import { Executor } from './executor.ts';
import { RunScope } from './run-scope.ts';

/** An executor whose settlements are noted. */
function executing(work: (payload: unknown) => unknown, hooks = new Hooks(), maxRunSecs?: number) {
  const registry = new Registry();
  registry.register({
    name: 'JOB',
    repeatSecs: undefined,
    maxRunSecs,
    payloadVersion: 1,
    schedules: [],
    hasGroups: false,
    draft: () => Promise.reject(),
    execute: work,
    nextTick: () => Promise.reject() as never,
    tickJob: () => Promise.reject() as never,
  });
  const settlements: Settlement[] = [];
  const dropped: Settlement[] = [];
  const marked: Holding[] = [];
  const limited: number[] = [];
  const warnings: string[] = [];
  const settler = {
    record: (settlement: Settlement) => void settlements.push(settlement),
    drop: (settlement: Settlement) => void dropped.push(settlement),
    markStarted: (holding: Holding) => void marked.push(holding),
  };
  const events = new EventBus<BearEvent>((error) => {
    throw error;
  });
  const executor = new Executor({
    services: { events, registry, hooks, warn: (message) => void warnings.push(message) },
    settler,
    limits: {
      limit: (_holding, running, secs) => {
        limited.push(secs);
        return running;
      },
    },
    tools: {
      progress: () => {},
      log: () => {},
      completeIn: () => Promise.reject(),
      enqueueOnSuccess: () => Promise.reject(),
    },
    clock: { now: () => 7, sleep: () => Promise.reject(), after: () => () => {} },
  });
  const by = { id: 'w', isLeaving: false, scope: new RunScope('w') };
  return {
    events,
    settlements,
    dropped,
    marked,
    limited,
    warnings,
    /** The whole way of one attempt. */
    run: async (holding: Holding) => {
      const definition = executor.open(holding, 'w');
      if (definition === null) return 'refused';
      let thrown: { readonly error: unknown } | null = null;
      try {
        await executor.call(definition, holding, by, 1);
      } catch (error) {
        thrown = { error };
      }
      return executor.close(holding, 'w', thrown, 5);
    },
  };
}

const held = (more: Parameters<typeof claimedJob>[0] = {}) =>
  new Holding(claimedJob({ payloadText: '{"n":1}', ...more }));

describe('an attempt', () => {
  it('calls the work function with the payload, and succeeds when that returns', async () => {
    const { run, settlements } = executing((payload) => expect(payload).toEqual({ n: 1 }));
    const holding = held();
    expect(await run(holding)).toBe(false);
    expect(settlements).toMatchObject([{ holding, outcome: { kind: 'succeeded' }, durationMs: 4, workerId: 'w' }]);
  });

  it.each<[string, (payload: unknown) => unknown]>([
    [
      'throws',
      () => {
        throw undefined;
      },
    ],
    ['rejects', () => Promise.reject(undefined)],
  ])('fails when the work function %s, be it undefined', async (_how, work) => {
    const { run, settlements } = executing(work);
    expect(await run(held())).toBe(false);
    expect(settlements).toMatchObject([{ outcome: { kind: 'failed', errorText: 'undefined' } }]);
  });

  it('says whether it is to be repeated at once', async () => {
    const { run } = executing(() => Promise.reject(new Error('no')));
    expect(await run(held({ numAttempts: 2, timeoutSecs: 0 }))).toBe(true);
    expect(await run(held({ numAttempts: 2, timeoutSecs: 1 }))).toBe(false);
  });

  it('is refused, with an outcome, when the last one ended with its process', async () => {
    const { run, settlements } = executing(() => {});
    expect(await run(held({ attempt: 2 }))).toBe('refused');
    expect(settlements).toMatchObject([{ outcome: { kind: 'failed' }, durationMs: 0 }]);
  });

  it('is marked as started where the database does not count it yet', async () => {
    const { run, marked } = executing(() => {});
    const ahead = held({ isStarted: false });
    await run(held({ isStarted: true }));
    await run(ahead);
    await run(held({ isStarted: false, isSuspect: true })); // recorded before it starts
    expect(marked).toEqual([ahead]);
  });

  it('has a limit of time only where one was said: its own, or else that of its definition', async () => {
    const without = executing(() => {});
    await without.run(held());
    await without.run(held({ extras: '{"headers":{"a":"1"}}' }));
    expect(without.limited).toEqual([]);
    await without.run(held({ extras: '{"maxRunSecs":5}' }));
    expect(without.limited).toEqual([5]);
    const withOne = executing(() => {}, undefined, 7);
    for (const extras of [
      null,
      '{"headers":{}}',
      '{"maxRunSecs":5}',
      '{"maxRunSecs":"soon"}',
      '{"maxRunSecs":-1}',
      '[]',
    ]) {
      await withOne.run(held({ extras }));
    }
    expect(withOne.limited).toEqual([7, 7, 5, 7, 7, 7]);
  });

  it('is released when it throws in the grace of a Worker that stops, and has failed when it throws after', async () => {
    const told = executing(() => Promise.reject(new Error('no')));
    const [within, after] = [held({ numAttempts: 2, attempt: 2 }), held()];
    for (const holding of [within, after]) holding.interrupt('w');
    after.endInterruption();
    expect(await told.run(within)).toBe(true);
    expect(await told.run(after)).toBe(false);
    expect(told.settlements).toMatchObject([
      { outcome: { kind: 'waiting', attempt: 1, secs: 0, errorText: null } },
      { outcome: { kind: 'failed' } },
    ]);
  });

  it('leaves nothing to be recorded when its claim alone was lost', async () => {
    const { run, settlements, dropped } = executing(() => holding.forsake());
    const holding = held();
    await run(holding);
    expect(settlements).toEqual([]);
    expect(dropped).toMatchObject([{ holding }]);
  });
});

describe('hooks around a work function', () => {
  it('see what that is told, and make its return and its throw the outcome', async () => {
    const seen: string[] = [];
    const hooks = new Hooks();
    hooks.add({
      name: 'refusing',
      run: async ({ metadata: { jobName, workerId } }, next) => {
        seen.push(`${jobName} by ${workerId}`);
        await next();
        throw new Error('refused afterwards');
      },
    });
    const { run, settlements } = executing(() => seen.push('work'), hooks);
    await run(held());
    expect(seen).toEqual(['JOB by w', 'work']);
    expect(settlements).toMatchObject([{ outcome: { kind: 'failed' } }]);
  });
});
