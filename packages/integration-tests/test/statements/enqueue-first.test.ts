// A job is seen and told of before the disk has it; whoever enqueued it is answered after.

import { enqueueFirst, type NewJob, tablesOf } from '@bearmq/core/internal';
import { pgDriver } from '@bearmq/driver-pg';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty } from '../support/statements.ts';
import { until } from '../support/until.ts';

// What a session says of synchronous_commit is to hold for the statement.
const schema = useSchema({ way: 'direct' });
const tables = tablesOf(schema.name);
const listeners = schema.name.replaceAll('"', '');

const job = (settings: Partial<NewJob> = {}): NewJob => ({
  id: uuidv7(),
  name: 'JOB',
  channel: 'C',
  jobGroup: null,
  delaySecs: 0,
  numAttempts: 3,
  timeoutSecs: 7,
  priority: 0,
  payloadText: '{"a":  1}',
  extras: null,
  ...settings,
});

beforeAll(() => schema.rows('create extension if not exists pageinspect'));
beforeEach(() => empty(schema));

/** A driver whose commits wait for the disk, whatever the server's default. */
const durably = () => pgDriver({ pool: schema.newPool({ max: 1, options: '-c synchronous_commit=on' }) });

describe('the first enqueue after a quiet moment', () => {
  it('makes a job like any other', async () => {
    const made = job({ jobGroup: 'g', priority: -5 });
    await enqueueFirst(schema.driver(), tables, { job: made, notification: { channel: listeners, payload: '' } });
    const [row] = await schema.rows(`select *, state::text as state, payload::text as payload from {s}.job`);
    expect(row).toMatchObject({
      id: made.id,
      state: 'blocked',
      name: 'JOB',
      channel: 'C',
      job_group: 'g',
      num_attempts: 3,
      timeout_secs: 7,
      priority: -5,
      attempt: 0,
      fence: 0,
      run_at: null,
      payload: '{"a":  1}',
    });
  });

  it('is on the disk when it is answered', async () => {
    const driver = durably();
    // The mark is written after the job's commit: where the log has reached the disk up to it, the job is there.
    const isFlushed = `select pg_current_wal_flush_lsn() >= (
      select lsn from page_header(get_raw_page($1, 0)))`;
    for (let i = 0; i < 50; i += 1) {
      const before = await schema.value('select lsn::text from page_header(get_raw_page($1, 0))', [tables.flushMark]);
      await enqueueFirst(driver, tables, { job: job(), notification: { channel: listeners, payload: '' } });
      expect(await schema.value(isFlushed, [tables.flushMark])).toBe(true);
      const after = await schema.value('select lsn::text from page_header(get_raw_page($1, 0))', [tables.flushMark]);
      expect(after).not.toBe(before);
    }
  });

  it('tells those who listen, and leaves the session as it was', async () => {
    const client = await schema.direct.connect();
    const heard: unknown[] = [];
    client.on('notification', ({ payload }) => heard.push(payload));
    await client.query(`listen "${listeners}"`);
    const driver = durably();
    await enqueueFirst(driver, tables, { job: job(), notification: { channel: listeners, payload: 'said' } });
    await until('it was heard', () => heard.length === 1);
    expect(heard).toEqual(['said']);
    const [row] = await driver.run({
      name: 'setting',
      text: `select current_setting('synchronous_commit')`,
      values: [],
    });
    expect(row).toEqual(['on']);
    await client.query('unlisten *');
    client.release();
  });

  it('inserts and tells nothing when the database refuses the job', async () => {
    const [made, again] = [job(), job()];
    const notification = { channel: listeners, payload: '' };
    await enqueueFirst(schema.driver(), tables, { job: made, notification });
    const twice = enqueueFirst(schema.driver(), tables, { job: { ...again, id: made.id }, notification });
    await expect(twice).rejects.toMatchObject({ sqlState: '23505' });
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(1);
  });
});
