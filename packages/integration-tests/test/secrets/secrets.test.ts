import { notificationChannel } from '@bearmq/core/schema';
import { rejectionOf, thrownBy } from '@bearmq/test-support';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Context, type DatabaseError, JobDefinition, pgDriver, Worker } from 'bearmq';
import pg from 'pg';
import { useDaemons } from '../support/daemons.ts';
import { directUrl, freshName, useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

const SECRET = 'kept-from-everybody';
const payload = { card: SECRET, list: [SECRET] };

/** All that BearMQ may be printed or sent as: messages and stacks, and what JSON makes of it. The cause is not BearMQ's. */
function textOf(thing: unknown): string {
  const parts = [String(thing), JSON.stringify(thing)];
  if (thing instanceof Error) parts.push(String(thing.stack));
  else if (typeof thing === 'object' && thing !== null) parts.push(...Object.values(thing).map(textOf));
  return parts.join('\n');
}

const warnings: Error[] = [];
const onWarning = (warning: Error): void => {
  warnings.push(warning);
};
beforeAll(() => {
  process.on('warning', onWarning);
});
afterAll(() => {
  process.off('warning', onWarning);
});
beforeEach(() => empty(schema));
afterEach(() => {
  expect(warnings.map(textOf).join('\n')).not.toContain(SECRET);
});

/** The address of the test server, changed, with the secret for a password. */
function addressWith(changes: Partial<Pick<URL, 'hostname' | 'port' | 'username'>>): string {
  return Object.assign(new URL(directUrl()), { password: SECRET, ...changes }).href;
}

describe('no error and no event tells the password of a connection', () => {
  it.each([
    ['that the server refuses', addressWith({ username: `nobody_${process.pid}` }), '28'],
    ['that nobody takes', addressWith({ hostname: '127.0.0.1', port: '1' }), 'ECONNREFUSED'],
    ['to a host that is not there', addressWith({ hostname: 'nowhere.invalid' }), 'nowhere.invalid'],
  ])('%s', async (_what, url, expected) => {
    const context = schema.context({ pollSecs: 0.1 }, { driver: schema.newDriver({ url }) });
    const events = logEvents(context);
    const definition = new JobDefinition<unknown>({ context, name: 'A', workFunction: () => {} });
    const errors = [
      await rejectionOf(definition.register()),
      await rejectionOf(definition.enqueue(payload)),
      await rejectionOf(definition.enqueueMany([{ payload }])),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'DatabaseError' });
      expect(`${(error as DatabaseError).sqlState} ${error}`).toContain(expected);
    }
    const worker = daemons.worker(context);
    const orchestrator = daemons.orchestrator(context);
    await until('worker, orchestrator and listener have failed', () => {
      const failed = events.of('DAEMON_ERROR').map(({ daemon }) => daemon);
      return ['lease-keeper', 'job-pruner', 'notifier'].every((daemon) => failed.includes(daemon));
    });
    await Promise.all([worker.stop(), orchestrator.stop()]);
    for (const thing of [...errors, ...events.all]) expect(textOf(thing)).not.toContain(SECRET);
  });

  it('that was given in the wrong place', () => {
    const url = addressWith({});
    const attempts: readonly (() => unknown)[] = [
      () => new Context(url as never),
      () => new Context({ pool: url, schema: 's' } as never),
      () => new Context({ driver: url, schema: 's' } as never),
      () => new Context({ connectionString: url, schema: 's' } as never),
      () => new Worker(url as never),
      () => new Worker({ context: url } as never),
      () => pgDriver({ pool: url } as never),
      () => pgDriver(url as never),
    ];
    for (const attempt of attempts) expect(textOf(thrownBy(attempt))).not.toContain(SECRET);
  });
});

describe('no error and no event tells a payload', () => {
  const refused = `add constraint refused check (payload::text not like '%${SECRET}%') not valid`;

  it('that the database refuses, be it alone, among others, many or in history', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<unknown>(context, 'A');
    await schema.rows(`alter table {s}.job ${refused}`);
    const errors = await Promise.all([
      rejectionOf(definition.enqueue(payload)),
      rejectionOf(definition.enqueue(payload)),
      rejectionOf(definition.enqueueMany([{ payload }, { payload }])),
    ]);
    await schema.rows('alter table {s}.job drop constraint refused');
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'DatabaseError', sqlState: '23514', constraint: 'refused' });
      // The row is with the client's own error, as documented.
      expect((error as { cause: { detail: string } }).cause.detail).toContain(SECRET);
    }
    await schema.rows(`alter table {s}.finalized_job ${refused}`);
    await definition.enqueue(payload);
    const worker = daemons.worker(context);
    await until('a settle has failed', () => events.of('DAEMON_ERROR').some(({ daemon }) => daemon === 'settler'));
    await schema.rows('alter table {s}.finalized_job drop constraint refused');
    await worker.stop();
    for (const thing of [...errors, ...events.all]) expect(textOf(thing)).not.toContain(SECRET);
  });

  it('whose statement is cut off or takes too long, or whose schema is missing', async () => {
    const options = '-c lock_timeout=50';
    const errors: unknown[] = [];
    const enqueueOn = async (driver = schema.newDriver({ options }), name = schema.name) => {
      const context = new Context({ driver, schema: name });
      const definition = new JobDefinition<unknown>({ context, name: 'A', workFunction: () => {} });
      errors.push(await rejectionOf(definition.enqueue(payload)));
    };
    await enqueueOn(undefined, freshName());
    await whileLocked(schema, 'lock table {s}.job in access exclusive mode', [], () => enqueueOn());
    await whileLocked(schema, 'lock table {s}.job in access exclusive mode', [], async () => {
      const waiting = enqueueOn(schema.newDriver({ applicationName: 'to be cut' }));
      const cut = `select pg_terminate_backend(pid) as cut from pg_stat_activity
        where application_name = 'to be cut' and wait_event_type = 'Lock'`;
      await until('it was cut off', async () => (await schema.rows(cut)).length > 0);
      await waiting;
    });
    expect(errors).toEqual([
      expect.objectContaining({ name: 'SchemaVersionError' }),
      expect.objectContaining({ sqlState: '55P03' }),
      expect.objectContaining({ name: 'DatabaseError', isRetryable: true }), // postgres.js does not say 57P01
    ]);
    for (const error of errors) expect(textOf(error)).not.toContain(SECRET);
  });

  it('that is refused before it is sent, or was given in the wrong place', async () => {
    const definition = new JobDefinition<unknown>({ context: schema.context(), name: 'A', workFunction: () => {} });
    const loop: Record<string, unknown> = { ...payload };
    loop['loop'] = loop;
    const bad = [loop, 1n, Number.NaN, undefined, () => SECRET, new Map([[SECRET, SECRET]]), `\0${SECRET}`];
    const untyped = definition as unknown as {
      enqueue(...args: unknown[]): Promise<string>;
      enqueueMany(...args: unknown[]): Promise<string[]>;
    };
    const errors = await Promise.all([
      ...bad.map((value) => rejectionOf(definition.enqueue({ ...payload, value: [value] }))),
      ...bad.map((value) => rejectionOf(definition.enqueueMany([{ payload: [SECRET, value] }]))),
      rejectionOf(untyped.enqueue(null, payload)),
      rejectionOf(untyped.enqueue(null, SECRET)),
      rejectionOf(untyped.enqueue(null, { tx: payload })),
      rejectionOf(untyped.enqueueMany([payload])),
      rejectionOf(untyped.enqueueMany([SECRET])),
      rejectionOf(untyped.enqueueMany([], SECRET)),
    ]);
    for (const error of errors) {
      expect(String(error)).toMatch(/^(PayloadError|InvalidOptionError): /);
      expect(textOf(error)).not.toContain(SECRET);
    }
  });

  it('in a notification, or in the text of a statement', async () => {
    const heard: unknown[] = [];
    const client = await schema.direct.connect();
    client.on('notification', (notification) => heard.push(notification.payload));
    await client.query(`listen ${pg.escapeIdentifier(notificationChannel(schema.name))}`);
    const texts: string[] = [];
    const driver = intercepted(schema.driver(), (statement, send) => {
      texts.push(`${statement.name} ${statement.text}`);
      return send();
    });
    const { definition } = await notedJob<unknown>(schema.context({}, { driver }), 'A');
    await definition.enqueue(payload); // told of with its insert
    await Promise.all([definition.enqueue(payload), definition.enqueue(payload)]);
    await until('they were notified', () => heard.length > 1);
    await client.query('unlisten *');
    client.release();
    for (const name of ['bearmq_enqueue_first ', 'bearmq_enqueue ']) {
      expect(texts.some((text) => text.startsWith(name))).toBe(true);
    }
    expect([...heard, ...texts].join()).not.toContain(SECRET);
  });
});
