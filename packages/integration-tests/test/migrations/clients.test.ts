import { checkSchemaVersion, tablesOf } from '@bearmq/core/internal';
import { rejectionOf } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { JobDefinition, SchemaVersionError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { breaking, future, migrateWith, released } from './support/future.ts';

const schema = useSchema({ migrations: 'none' });
const daemons = useDaemons();
const made = released.length;
afterEach(async () => {
  await schema.direct.query(`drop schema if exists ${schema.q} cascade`);
});

const apply = (list: typeof future) => migrateWith(list, { driver: schema.driver(), schema: schema.name });

const tooOld = expect.objectContaining({
  name: 'SchemaVersionError',
  code: 'BEAR_SCHEMA_VERSION',
  found: made + 1,
  required: made,
  message: expect.stringMatching(
    new RegExp(
      `is at version ${made + 1}, which needs a BearMQ made for version ${made + 1} or later, and this one is made for ` +
        `version ${made}: upgrade the bearmq package in this program$`,
    ),
  ),
});

describe('a program on a newer schema', () => {
  it('goes on, and says so once', async () => {
    await apply(future);
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'OLD_CODE');
    daemons.worker(context);
    daemons.orchestrator(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue() });
    expect(events.of('WARNING').map(({ message }) => message)).toEqual([
      expect.stringContaining(`is at version ${future.length}, and this BearMQ is made for version ${made}`),
    ]);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });

  it('that took away what it uses says that it must be upgraded, from its start', async () => {
    await apply(breaking);
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition({ context, name: 'OLD_CODE', workFunction: () => {} });
    expect(await rejectionOf(definition.register())).toEqual(tooOld);
    expect(await rejectionOf(definition.enqueue())).toEqual(tooOld);
    expect(await rejectionOf(definition.enqueueMany([{}]))).toEqual(tooOld);
    daemons.worker(context);
    daemons.orchestrator(context);
    await events.waitFor('DAEMON_ERROR', { count: 5 });
    expect(events.of('DAEMON_ERROR').filter(({ error }) => !(error instanceof SchemaVersionError))).toEqual([]);
  });

  it('that takes away, while it works, what it uses says that it must be upgraded', async () => {
    await apply(released);
    const context = schema.context({ pollSecs: 0.1 });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'OLD_CODE');
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue() });
    await apply(breaking);
    expect(await rejectionOf(definition.enqueue())).toEqual(tooOld);
    const [{ error } = {}] = await events.waitFor('DAEMON_ERROR');
    expect(error).toEqual(tooOld);
  });

  it('is told what is missing where no migration took it away', async () => {
    await apply(released);
    const { definition } = await notedJob<null>(schema.context(), 'BROKEN');
    await schema.rows('alter table {s}.job rename column payload to content');
    expect(await rejectionOf(definition.enqueue())).toMatchObject({
      name: 'DatabaseError',
      sqlState: '42703',
      message: expect.stringContaining('"payload"'),
    });
  });
});

describe('a program on an older schema', () => {
  it('says which version it found, which it needs, and how to get there', async () => {
    await apply(released);
    const check = (required: number) => checkSchemaVersion(schema.driver(), tablesOf(schema.name), required);
    expect(await check(made)).toBe(made);
    expect(await rejectionOf(check(made + 1))).toMatchObject({
      name: 'SchemaVersionError',
      found: made,
      required: made + 1,
      message: expect.stringMatching(
        new RegExp(
          `is at version ${made}, but version ${made + 1} is required: ` +
            'run npx bearmq migrate, or in a program migrate.* generateMigrationSql.*, and try again$',
        ),
      ),
    });
  });
});
