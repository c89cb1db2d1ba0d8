import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { listening } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

afterEach(() => {
  jest.useRealTimers();
});

type Config = NonNullable<Parameters<typeof jest.useFakeTimers>[0]>;
type Faked = Extract<Config, { doNotFake?: unknown }> extends { doNotFake?: readonly (infer T)[] } ? T : never;
const ALL: readonly Faked[] = [
  'queueMicrotask',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'nextTick',
  'performance',
];

// Jobs of calls in flight were gathered until a `queueMicrotask`, and a hint was followed by a quiet that a timer ended.
// A test that enqueued while these were faked left the context waiting for what never came: each later enqueue hung, or
// told nobody. node-postgres holds back a query likewise, for a `nextTick`.
describe('a context on which somebody enqueued under fake timers', () => {
  it.each<[string, readonly Faked[]]>([
    ...ALL.map((name): [string, readonly Faked[]] => [name, [name]]),
    ['all of them', ALL],
  ])('goes on when they are real again: %s', async (_what, faked) => {
    const context = schema.context({}, { pool: schema.newPool() });
    const definition = new JobDefinition({ context, name: 'FAKED', workFunction: () => {} });
    await definition.enqueue(); // so that there is an idle connection, which is where a pool waits for a tick
    jest.useFakeTimers({ doNotFake: exceptFor(faked) });
    const during = definition.enqueue();
    jest.useRealTimers();
    const ids = await Promise.all([during, definition.enqueue()]); // and nobody else uses the pool
    expect(new Set(ids).size).toBe(2);
  });

  it('still tells the workers of other processes', async () => {
    const elsewhere = schema.context({ pollSecs: 3_600 }, { pool: schema.newPool() });
    const { runs } = await notedJob<number>(elsewhere, 'TOLD');
    const events = logEvents(elsewhere);
    daemons.worker(elsewhere);
    await listening(schema);
    const context = schema.context({}, { pool: schema.newPool() });
    const definition = new JobDefinition<number>({ context, name: 'TOLD', workFunction: () => {} });
    jest.useFakeTimers({ doNotFake: exceptFor(ALL) });
    await definition.enqueue(1);
    await definition.enqueue(2);
    jest.useRealTimers();
    await definition.enqueue(3);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    expect(runs.map(({ payload }) => payload).sort()).toEqual([1, 2, 3]);
  });

  it('runs jobs, and stops, while they are faked', async () => {
    const context = schema.context({}, { pool: schema.newPool() });
    const { definition, runs } = await notedJob<null>(context, 'RUNS');
    const events = logEvents(context);
    jest.useFakeTimers({ doNotFake: exceptFor(['setTimeout', 'setInterval', 'queueMicrotask']) });
    const worker = daemons.worker(context);
    await definition.enqueue();
    const success = events.waitFor('WORKER_JOB_RUN_SUCCESS');
    jest.useRealTimers();
    await success;
    await worker.stop();
    expect(runs).toHaveLength(1);
  });
});

/** What to leave alone, so that no more than these are faked. */
function exceptFor(faked: readonly Faked[]): Faked[] {
  const known: readonly Faked[] = [
    ...ALL,
    'Date',
    'hrtime',
    'clearTimeout',
    'clearInterval',
    'clearImmediate',
    'requestAnimationFrame',
    'cancelAnimationFrame',
    'requestIdleCallback',
    'cancelIdleCallback',
  ];
  return known.filter((name) => !faked.includes(name));
}
