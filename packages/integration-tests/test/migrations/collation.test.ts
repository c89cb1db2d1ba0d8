import { type ClaimFrom, claim, enqueue, registerProcess, tablesOf } from '@bearmq/core/internal';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, pgDriver } from 'bearmq';
import pg from 'pg';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { asOwner } from '../roles/support/roles.ts';
import { directUrl, useSchema } from '../support/database.ts';

const schema = useSchema();

it('no index depends on how the operating system or ICU order letters: an upgrade of these cannot break one', async () => {
  const dependent = await schema.rows(
    `select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid, unnest(i.indcollation) as used (oid)
     where c.relnamespace = to_regnamespace($1) and used.oid not in (0, 'pg_catalog."C"'::regcollation)`,
    [schema.q],
  );
  expect(dependent).toEqual([]);
});

describe('in a database that does not order letters by their bytes (where PostgreSQL can make one)', () => {
  const database = `bearmq_${uuidv4().replaceAll('-', '')}`;
  const url = new URL(directUrl());
  url.pathname = `/${database}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 1 });
  const driver = pgDriver({ pool });
  const tables = tablesOf('queue');

  beforeAll(async () => {
    const version = Number(await schema.value("select current_setting('server_version_num')::int"));
    const order = version >= 150_000 ? `locale_provider icu icu_locale 'en' locale 'C'` : `locale 'C.UTF-8'`;
    await asOwner([`create database ${database} template template0 ${order}`]);
    await migrate({ driver, schema: 'queue' });
    const [row] = await driver.run({ name: 'order', text: `select ('a' < 'B')::boolean`, values: [] });
    expect(row).toEqual([version >= 150_000]);
  });
  afterAll(async () => {
    await pool.end();
    await asOwner([`drop database if exists ${database} with (force)`]);
  });

  it.each(['wide', 'narrow'] as const)(
    'claims that scan %s leave out what they are told to, and no more',
    async (scan) => {
      const names = ['a', 'B', 'b', 'A', '_c', 'C', 'ä', 'Z', 'z', '-'];
      const lanes = names.flatMap((channel) => names.map((name) => ({ channel, name, priority: 0 })));
      const processId = uuidv4();
      await registerProcess(driver, tables, { processId, leaseSecs: 30, sessionKey: null });
      const add = async () => {
        const rest = {
          jobGroup: null,
          delaySecs: 0,
          numAttempts: 1,
          timeoutSecs: 0,
          priority: 0,
          payloadText: '1',
          extras: null,
        };
        const jobs = lanes.map(({ channel, name }) => ({ ...rest, id: uuidv7(), channel, name }));
        await enqueue(driver, tables, jobs);
        return jobs.map(({ id }) => id);
      };
      const take = async (from: ClaimFrom | null) => {
        const demands = [{ channels: null, slots: 1_000, ahead: 0, maxPerGroup: 1 }];
        const { jobs, latestSeq } = await claim(driver, tables, { processId, generation: 0, names, demands, from });
        return { ids: jobs.flat().map(({ id }) => id), latestSeq };
      };
      const before = await add();
      const { latestSeq } = await take({ scan: 'narrow', lanes: [], dueAfterMs: null });
      const after = await add();
      const from = { scan, lanes: lanes.map((lane) => ({ ...lane, position: latestSeq ?? 0 })), dueAfterMs: null };
      expect((await take(from)).ids).toEqual(after);
      expect((await take(null)).ids).toEqual(before);
    },
  );
});
