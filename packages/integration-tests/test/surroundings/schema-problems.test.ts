import { rejectionOf } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { JobDefinition, SchemaVersionError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema({ migrations: 'none' });
const daemons = useDaemons();

afterEach(async () => {
  await schema.pool.query(`drop schema if exists ${schema.q} cascade`);
});

const versionError = expect.objectContaining({
  name: 'SchemaVersionError',
  code: 'BEAR_SCHEMA_VERSION',
  found: 0,
  required: 1,
  message: expect.stringMatching(
    /has no BearMQ tables, but version 1 is required: run npx bearmq migrate, .*generateMigrationSql/,
  ),
});

describe('a schema that has not been migrated', () => {
  it('is what register and enqueue reject with; both work once it has been', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition({ context, name: 'EARLY', workFunction: () => {} });
    const repeating = new JobDefinition({ context, name: 'TICK', repeatSecs: 60, workFunction: () => {} });
    for (const attempt of [definition.register(), definition.enqueue(), repeating.register()]) {
      const error = await rejectionOf(attempt);
      expect(error).toBeInstanceOf(SchemaVersionError);
      expect(error).toEqual(versionError);
    }
    const gathered = await Promise.allSettled(Array.from({ length: 5 }, () => definition.enqueue()));
    expect(gathered).toEqual(Array.from({ length: 5 }, () => ({ status: 'rejected', reason: versionError })));
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toEqual([]);
    await schema.migrate();
    await Promise.all([definition.register(), repeating.register()]);
    await definition.enqueue();
  });

  it('is reported by a worker, which starts to work by itself once it has been', async () => {
    const context = schema.context({ pollSecs: 0.1 });
    const events = logEvents(context);
    daemons.worker(context);
    const [event] = await events.waitFor('DAEMON_ERROR');
    expect(event).toEqual({ eventType: 'DAEMON_ERROR', daemon: expect.any(String), error: versionError, failures: 1 });
    await schema.migrate();
    const { definition } = await notedJob<null>(context, 'LATE');
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('is reported by each task of an orchestrator, which starts to work by itself once it has been', async () => {
    const context = schema.context();
    const events = logEvents(context);
    daemons.orchestrator(context, { cleanUpPollSecs: 0.1 });
    await events.waitFor('DAEMON_ERROR', { count: 4 });
    expect(events.of('DAEMON_ERROR').filter(({ error }) => !(error instanceof SchemaVersionError))).toEqual([]);
    await schema.migrate();
    await new JobDefinition({ context, name: 'TICK', repeatSecs: 60, workFunction: () => {} }).register();
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
  });

  it('is seen where the schema is there but holds nothing of ours', async () => {
    await schema.pool.query(`create schema ${schema.q}`);
    const definition = new JobDefinition({ context: schema.context(), name: 'EMPTY', workFunction: () => {} });
    expect(await rejectionOf(definition.register())).toEqual(versionError);
    expect(await rejectionOf(definition.enqueue())).toEqual(versionError);
  });

  it('is seen where a migration was begun and not finished, or its record emptied', async () => {
    await schema.migrate();
    await schema.rows('delete from {s}.migration');
    const definition = new JobDefinition({ context: schema.context(), name: 'HALF', workFunction: () => {} });
    const error = await rejectionOf(definition.register());
    expect(error).toBeInstanceOf(SchemaVersionError);
    expect(error).toMatchObject({ found: 0, message: expect.stringMatching(/this role sees no row, .*diagnose/) });
  });

  it('is never migrated by BearMQ itself', async () => {
    const context = schema.context();
    const events = logEvents(context);
    daemons.worker(context);
    daemons.orchestrator(context);
    await events.waitFor('DAEMON_ERROR', { count: 2 });
    const found = await schema.pool.query('select 1 from pg_namespace where nspname = $1', [schema.name]);
    expect(found.rows).toEqual([]);
  });
});

describe('a schema that cannot be asked', () => {
  it('is a DatabaseError that names the remedy, not taken for one that is missing', async () => {
    await schema.migrate();
    const role = `nobody_${Math.floor(performance.now())}`;
    await schema.pool.query(`create role ${role}`);
    const driver = schema.newDriver({ options: `-c role=${role}` });
    const definition = new JobDefinition({
      context: schema.context({}, { driver }),
      name: 'FORBIDDEN',
      workFunction: () => {},
    });
    const forbidden = {
      name: 'DatabaseError',
      sqlState: '42501',
      isRetryable: false,
      cause: expect.objectContaining({ code: '42501' }),
      message: expect.stringMatching(
        /^permission denied for schema .*generateGrantSql\(\{ schema: .*, role, to: 'producer'/,
      ),
    };
    expect(await rejectionOf(definition.register())).toMatchObject(forbidden);
    expect(await rejectionOf(definition.enqueue())).toMatchObject(forbidden);
    await schema.pool.query(`drop role ${role}`);
  });
});
