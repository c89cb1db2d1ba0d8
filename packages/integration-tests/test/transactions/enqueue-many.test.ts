import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

describe('enqueueMany', () => {
  const schema = useSchema();

  function define(context = schema.context()) {
    return new JobDefinition({ context, name: 'MANY', workFunction: async (_payload: { n: number }) => {} });
  }

  it('resolves to the ids in the order of the items, which is the order of the queue', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const ids = await define(context).enqueueMany(Array.from({ length: 2_500 }, (_, n) => ({ payload: { n } })));
    const rows = await schema.rows(`select id from {s}.job where name = 'MANY' order by seq`);
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE').map(({ jobId }) => jobId)).toEqual(ids);
  });

  it('takes overrides for each item, and what it is not told from the definition', async () => {
    const [plain, special] = await define().enqueueMany([
      { payload: { n: 1 } },
      { payload: { n: 2 }, channel: 'OTHER', delaySecs: 60, numAttempts: 3, timeoutSecs: 1, jobGroup: 'g' },
    ]);
    const columns = 'channel, state::text, num_attempts, timeout_secs, job_group, payload';
    expect(
      await schema.rows(`select ${columns} from {s}.job where id = any ($1) order by seq`, [[plain, special]]),
    ).toEqual([
      { channel: 'DEFAULT', state: 'ready', num_attempts: 1, timeout_secs: 300, job_group: null, payload: { n: 1 } },
      { channel: 'OTHER', state: 'scheduled', num_attempts: 3, timeout_secs: 1, job_group: 'g', payload: { n: 2 } },
    ]);
  });

  it('refuses all for one bad item, and names it', async () => {
    const before = await schema.value('select count(*)::int from {s}.job');
    const items = Array.from({ length: 1_500 }, (_, n) => ({ payload: { n } }));
    const badPayload = [...items, { payload: { n: Number.NaN } }];
    expect(await rejectionOf(define().enqueueMany(badPayload))).toMatchObject({
      code: 'BEAR_PAYLOAD',
      item: 1_500,
      message: expect.stringContaining('item 1500'),
    });
    const badOverride = [...items, { payload: { n: 0 }, numAttempts: 0 }];
    expect(await rejectionOf(define().enqueueMany(badOverride))).toMatchObject({
      code: 'BEAR_INVALID_OPTION',
      message: expect.stringContaining('enqueueMany[1500].numAttempts'),
    });
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(before);
  });

  it('enqueues nothing when the database refuses a later statement', async () => {
    const context = schema.context();
    const before = await schema.value('select count(*)::int from {s}.job');
    await schema.rows(`alter table {s}.job add constraint no_last check (payload->>'n' <> '1999') not valid`);
    const items = Array.from({ length: 2_000 }, (_, n) => ({ payload: { n } }));
    expect(await rejectionOf(define(context).enqueueMany(items))).toMatchObject({
      code: 'BEAR_DATABASE',
      sqlState: '23514',
    });
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(before);
    await schema.rows('alter table {s}.job drop constraint no_last');
  });

  it('resolves to nothing for no items', async () => {
    expect(await define().enqueueMany([])).toEqual([]);
  });
});
