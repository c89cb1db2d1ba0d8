import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

describe("a hook's connect", () => {
  it.each([
    ['Worker', (context: Context) => void daemons.worker(context)],
    ['Orchestrator', (context: Context) => void daemons.orchestrator(context)],
  ])('is called once, by the first %s, and by no enqueue', async (by, start) => {
    const context = schema.context();
    const events = logEvents(context);
    const store = new AsyncLocalStorage<string>();
    const told: string[] = [];
    context.use({ name: 'first', connect: () => void told.push(`first ${store.getStore()}`) });
    context.use({
      name: 'fails',
      connect: () => {
        throw new Error('no network');
      },
    });
    const { definition } = await notedJob(context, `CONNECTED_BY_${by.toUpperCase()}`);
    await definition.enqueue(null);
    expect(told).toEqual([]);
    store.run('a request', () => start(context));
    await until('it is told', () => told.length > 0);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    context.use({ name: 'later', connect: () => void told.push('later') });
    expect(told).toEqual(['first undefined', 'later']);
    expect(events.of('WARNING').map(({ message, error }) => [message, (error as Error).message])).toEqual([
      [expect.stringContaining('connect of the hook "fails"'), 'no network'],
    ]);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});
