import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Driver, quoteIdentifier } from '@bearmq/core/driver';
import { notificationChannel } from '@bearmq/core/schema';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { gate, until } from '../support/until.ts';
import { watchedWaiter } from '../support/watched-waiter.ts';
import { wayTo } from '../support/way.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

/** A Worker whose jobs end once `go` is open; and a way to make the same definition in a context that only waits. */
async function running() {
  const go = gate();
  const define = (context: ReturnType<typeof schema.context>) =>
    new JobDefinition<number, number, number>({
      context,
      name: 'AWAITED',
      result: 'keep',
      workFunction: async (n) => {
        await go.opened;
        return n;
      },
    });
  const context = schema.context();
  const own = define(context);
  await own.register();
  daemons.worker(context, { concurrency: 10 });
  return { go, context, own, define };
}

/** What is said of ends on the schema's channel, by whomever. */
async function hearOver(): Promise<{ readonly said: readonly string[]; readonly leave: () => void }> {
  const client = await schema.direct.connect();
  const said: string[] = [];
  client.on('notification', ({ payload = '' }) => {
    if (payload.includes('"over"') || payload === 'that was all') said.push(payload);
  });
  await client.query(`listen ${quoteIdentifier(notificationChannel(schema.name))}`);
  return { said, leave: () => client.release(true) };
}

const send = (payload: string) =>
  schema.direct.query('select pg_notify($1, $2)', [notificationChannel(schema.name), payload]);

describe('the end of a job', () => {
  it('is told to others where somebody awaits it, and else to nobody', async () => {
    const { go, own, context, define } = await running();
    const events = logEvents(context);
    const { said, leave } = await hearOver();
    const there = schema.context();
    go.open();
    const plain = await own.enqueueMany([1, 2, 3].map((payload) => ({ payload, headers: { a: '"awaited":true' } })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 3 });
    expect(await define(there).enqueueAndWait(7)).toBe(7);
    await until('it is heard', () => said.length > 0);
    await send('that was all');
    await until('all is heard', () => said.at(-1) === 'that was all');
    leave();
    const succeeded = events.of('WORKER_JOB_RUN_SUCCESS').map(({ jobId }) => jobId);
    const [awaited] = succeeded.filter((id) => !plain.includes(id));
    expect(said.slice(0, -1).map((one) => JSON.parse(one.slice(one.indexOf(' '))))).toEqual([{ over: [awaited] }]);
  });

  it('is not told while attempts are left', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { said, leave } = await hearOver();
    const definition = new JobDefinition<number>({
      context,
      name: 'FAILS_TWICE',
      workFunction: () => {
        throw new Error('no luck');
      },
    });
    await definition.register();
    daemons.worker(context);
    const failed = definition.enqueueAndWait(1, { numAttempts: 2, timeoutSecs: 0 });
    await expect(failed).rejects.toMatchObject({ code: 'BEAR_JOB_FAILED' });
    expect(events.of('WORKER_JOB_RUN_ERROR')).toHaveLength(2);
    await until('it is heard', () => said.length > 0);
    await send('that was all');
    await until('all is heard', () => said.at(-1) === 'that was all');
    leave();
    expect(said).toHaveLength(2);
  });
});

describe('a process that only waits', () => {
  it('listens on one connection for all of its waits, and for the next', async () => {
    const { go, define } = await running();
    const waiter = watchedWaiter(schema.newDriver());
    const definition = define(schema.context({}, { driver: waiter.driver }));
    const told = Promise.all([1, 2, 3].map((n) => definition.enqueueAndWait(n)));
    await waiter.connected;
    go.open();
    expect(await told).toEqual([1, 2, 3]);
    expect(await definition.enqueueAndWait(4)).toBe(4);
    expect(waiter.begun).toEqual({ listen: 0, listenLazily: 1 });
  });

  it('looks for nothing that it does not wait for, and heeds nothing that BearMQ did not say', async () => {
    const { go, own, define } = await running();
    const waiter = watchedWaiter(schema.newDriver());
    const there = schema.context({}, { driver: waiter.driver });
    const told = define(there).enqueueAndWait(7);
    await waiter.connected;
    const another = await own.enqueue(8);
    const sender = '0190a6f4-7c1e-4d0e-9c43-0b8f5a6d7e21';
    const odd = ['"x"', '["x"]', '{}', '[null]', `"${another}"`, `{"0":"${another}"}`];
    for (const over of [...odd, `["${another}"]`, '[]']) await send(`${sender} {"over":${over}}`);
    await until('they are delivered', () => waiter.followed.length === odd.length + 2);
    expect(waiter.followed).toEqual(Array(odd.length + 2).fill(0));
    go.open();
    expect(await told).toBe(7);
    expect(waiter.followed.at(-1)).toBe(1);
  });

  it("listens neither for one look nor with wakeUp: 'poll'", async () => {
    const { go, own, define } = await running();
    const waiter = watchedWaiter(schema.newDriver());
    const once = define(schema.context({}, { driver: waiter.driver }));
    await expect(once.result(await own.enqueue(1))).rejects.toMatchObject({ code: 'BEAR_WAIT_TIMEOUT' });
    const polled = watchedWaiter(schema.newDriver());
    const definition = define(schema.context({ wakeUp: 'poll' }, { driver: polled.driver }));
    await expect(definition.enqueueAndWait(1, { waitSecs: 0.2 })).rejects.toMatchObject({ code: 'BEAR_WAIT_TIMEOUT' });
    expect([waiter.begun, polled.begun]).toEqual(Array(2).fill({ listen: 0, listenLazily: 0 }));
    go.open();
  });

  it.each<readonly [string, number, Pick<Driver, 'listenLazily'>]>([
    ['cannot', 0, {}],
    [
      'refuses to',
      1,
      {
        listenLazily: () => {
          throw new Error('closed');
        },
      },
    ],
    [
      'fails to, again and again,',
      1,
      {
        listenLazily: (_channel, listener) => {
          void Promise.resolve().then(() => {
            for (let i = 0; i < 3; i += 1) listener.onDisconnected(new Error(`no connection ${i}`));
          });
          return { close: () => Promise.reject(new Error('nor a goodbye')) };
        },
      },
    ],
  ])('finds the end by looking where its driver %s listen, and says so at most once', async (_title, times, part) => {
    const { go, define } = await running();
    const counts = counted(schema.newDriver());
    const { listenLazily: _, ...inner } = counts.driver;
    const context = schema.context({}, { driver: { ...inner, ...part } });
    const events = logEvents(context);
    const definition = define(context);
    const told = [1, 2].map((n) => definition.enqueueAndWait(n));
    await until('it has looked more than once', () => counts.of('bearmq_read_outcomes') > 2);
    go.open();
    expect(await Promise.all(told)).toEqual([1, 2]);
    expect(events.of('WARNING')).toHaveLength(times);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it.each(['pg', 'postgresjs'] as const)('ends with its client of %s, though it listens still', async (name) => {
    const { go } = await running();
    const fixture = fileURLToPath(new URL('../support/fixtures/wait-and-end.mjs', import.meta.url));
    const config = JSON.stringify({ way: wayTo(schema.url, name), schema: schema.name });
    const child = spawn(process.execPath, [fixture, config], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    const ended = once(child, 'close');
    try {
      await until('it listens', () => said === 'listening\n');
      go.open();
      expect(await ended).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
    expect(said).toBe('listening\n7\nended while it listened\n');
  });
});
