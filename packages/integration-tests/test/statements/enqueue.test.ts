import { checkSchemaVersion, enqueue, notify, tablesOf } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { gate } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(() => empty(schema));

describe('an insert of jobs', () => {
  it('draws their numbers in the order of the list', async () => {
    const ids = await statements.insert(...Array.from({ length: 3_000 }, (_, n) => ({ payloadText: String(n) })));
    const rows = await schema.rows('select id, payload::text from {s}.job order by seq');
    expect(rows.map(({ id }) => id)).toEqual(ids);
    expect(rows.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 3_000 }, (_, n) => n));
  });

  it('keeps the text of each payload as it is, JSON’s null included', async () => {
    const texts = ['null', '"null"', '0', '-0', '1e400', '{"a":1,"a":2}', ' [ ] ', '"🐻 \\"quoted\\""', '"a\\"}],{b"'];
    const ids = await statements.insert(...texts.map((payloadText) => ({ payloadText })));
    for (const [i, id] of ids.entries()) expect((await statements.job(id))?.['payload']).toBe(texts[i]?.trim());
  });

  it('takes names, channels and groups with whatever characters', async () => {
    for (const text of ['"', '\\', "'", '{"a"}', 'ü', '🐻', '\u2028', '\t\n', '$1']) {
      const [id = ''] = await statements.insert({ name: text, channel: text, jobGroup: text });
      expect(await statements.job(id)).toMatchObject({ name: text, channel: text, job_group: text });
      const jobs = await statements.claimed(await statements.worker(), { names: [text], channels: [text] });
      expect(jobs).toMatchObject([{ id, name: text, channel: text, jobGroup: text }]);
      await statements.succeed(...jobs);
    }
  });

  it('delays by fractions of a second and by a hundred years', async () => {
    const secs = [0.001, 1.5, 100 * 365 * 86_400];
    const ids = await statements.insert(...secs.map((delaySecs) => ({ delaySecs })));
    const delay = 'select extract(epoch from run_at - enqueued_at)::float8 from {s}.job where id = $1';
    for (const [i, id] of ids.entries()) expect(await schema.value(delay, [id])).toBeCloseTo(secs[i] ?? 0, 3);
  });

  it('gives each job its own, whatever they have in common and whatever not', async () => {
    // Few values, so that now and then a whole column is the same, with nothing in it too.
    const kind = fc.record({
      name: fc.constantFrom('A', 'NULL', '', '"{,}'),
      channel: fc.constantFrom('C', 'null'),
      jobGroup: fc.constantFrom(null, 'G', 'NULL'),
      delaySecs: fc.constantFrom(0, 0.25, 3_600),
      numAttempts: fc.constantFrom(1, 7),
      timeoutSecs: fc.constantFrom(0, 1.5),
      priority: fc.constantFrom(0, 0, -3, 2 ** 31 - 1),
      payloadText: fc.constantFrom('null', '[1,2]', '"a,b"'),
    });
    const columns = `id::text, name, channel, job_group as "jobGroup", num_attempts as "numAttempts",
      timeout_secs as "timeoutSecs", priority, payload::text as "payloadText", state::text,
      coalesce(extract(epoch from run_at - enqueued_at), 0)::float8 as "delaySecs"`;
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 12 }), async (kinds) => {
        const ids = await statements.insert(...kinds);
        const rows = await schema.rows(`select ${columns} from {s}.job where id = any ($1::uuid[]) order by seq`, [
          ids,
        ]);
        expect(rows).toEqual(
          kinds.map((one, i) => ({
            ...one,
            id: ids[i],
            state: one.delaySecs > 0 ? 'scheduled' : one.jobGroup === null ? 'ready' : 'blocked',
          })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('inserts all or nothing', async () => {
    const id = uuidv7();
    await expect(statements.insert({ id }, {}, { id })).rejects.toMatchObject({
      sqlState: '23505',
      constraint: 'job_pkey',
    });
    expect(await schema.value('select count(*)::int from {s}.job')).toBe(0);
  });

  it('of an empty list inserts nothing', async () => {
    await enqueue(session, tables, []);
  });
});

describe('a notification', () => {
  it('carries its payload to who listens', async () => {
    const client = await schema.direct.connect();
    const heard = gate();
    const payloads: string[] = [];
    client.on('notification', ({ payload }) => {
      payloads.push(payload ?? '');
      heard.open();
    });
    await client.query('listen "of these tests"');
    await notify(session, tables, { channel: 'of these tests', payload: `it's "here"` });
    await heard.opened;
    expect(payloads).toEqual([`it's "here"`]);
    client.release(true);
  });
});

describe('the check of the version', () => {
  it('passes for this version and any later one', async () => {
    await checkSchemaVersion(session, tables);
    await schema.rows(`insert into {s}.migration (version, name) values (999, 'of the future')`);
    await checkSchemaVersion(session, tables);
    await schema.rows('delete from {s}.migration where version = 999');
  });

  it('refuses where there is nothing', async () => {
    await expect(checkSchemaVersion(session, tablesOf('nowhere'))).rejects.toMatchObject({
      name: 'SchemaVersionError',
      found: 0,
      required: 1,
    });
  });
});
