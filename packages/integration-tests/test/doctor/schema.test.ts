import { rejectionOf } from '@bearmq/test-support';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { diagnose, type Finding, generateGrantSql, migrate } from 'bearmq';
import pg from 'pg';
import { freshName, useSchema } from '../support/database.ts';
import { snapshot } from '../support/snapshot.ts';

const file = useSchema({ migrations: 'none' });
const driver = file.driver();
const names: string[] = [];

afterEach(async () => {
  for (const name of names.splice(0)) await file.direct.query(`drop schema ${pg.escapeIdentifier(name)} cascade`);
});

/** `{s}` stands for the schema. */
async function run(name: string, ...statements: readonly string[]): Promise<void> {
  for (const sql of statements) await file.direct.query(sql.replaceAll('{s}', () => pg.escapeIdentifier(name)));
}

async function migrated(...harm: readonly string[]): Promise<string> {
  const name = freshName();
  names.push(name);
  await migrate({ driver, schema: name });
  await run(name, ...harm);
  return name;
}

const told = (findings: readonly Finding[]): string[] => findings.map(({ kind, subject }) => `${kind}: ${subject}`);
const toldOf = async (schema: string): Promise<string[]> => told(await diagnose({ driver, schema }));

describe('diagnose', () => {
  it('finds nothing in a fresh schema, and changes nothing', async () => {
    const name = await migrated();
    const before = await snapshot(file.direct, name);
    expect(await diagnose({ driver, schema: name })).toEqual([]);
    expect(await snapshot(file.direct, name)).toEqual(before);
  });

  it('tells of a schema that is not there', async () => {
    const schema = freshName();
    const findings = await diagnose({ driver, schema });
    expect(findings).toMatchObject([{ kind: 'schema-missing', severity: 'error', subject: `schema ${schema}` }]);
    expect(findings[0]?.remedy).toMatch(
      /^npx bearmq migrate --schema '.*'; in a program migrate\(.* generateMigrationSql\(/,
    );
  });

  it('tells of a ledger that was emptied, with a remedy that works', async () => {
    const name = await migrated('delete from {s}.migration');
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual([`ledger-empty: schema ${name}`]);
    await run(name, /insert into .*$/.exec(findings[0]?.remedy ?? '')?.[0] ?? '');
    expect(await toldOf(name)).toEqual([]);
  });

  it('tells of a ledger before the first migration', async () => {
    const name = await migrated('delete from {s}.migration', 'drop table {s}.job cascade');
    expect(await toldOf(name)).toEqual([`schema-missing: schema ${name}`]);
  });

  it.each([
    'create table {s}.migration (version integer primary key, name text not null)',
    'create table {s}.migration (id serial, name text)',
    'create table {s}.migration (version text, name text, oldest_client text, applied_at text)',
    'create view {s}.migration as select 1 as version',
  ])("tells of another program's ledger: %s", async (sql) => {
    const name = freshName();
    names.push(name);
    await run(name, 'create schema {s}', sql);
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual([`ledger-foreign: schema ${name}`]);
    expect(findings[0]?.remedy).toContain('a schema of its own');
  });

  it('tells of row security, and lets be what shows all rows', async () => {
    const name = await migrated(
      ...['job', 'process', 'schedule'].map((table) => `alter table {s}.${table} enable row level security`),
      `create policy of_some on {s}.process using (generation = 0)`,
      'create policy all_of_them on {s}.schedule using (true) with check (true)',
    );
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual(['row-security: table job', 'row-security: table process']);
    expect(findings.map(({ severity }) => severity)).toEqual(['error', 'warning']);
    await run(name, ...findings.map(({ remedy }) => remedy));
    expect(await toldOf(name)).toEqual([]);
  });

  it('tells of a sequence that jobs are ahead of, with a remedy that works', async () => {
    const insert = (seq: number) =>
      `insert into {s}.job (id, seq, state, name, channel, num_attempts, timeout_secs, payload) overriding system value
       values (gen_random_uuid(), ${seq}, 'ready', 'N', 'C', 1, 0, '1')`;
    const name = await migrated(insert(1));
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual(['sequence-behind: sequence job_seq_seq']);
    expect(findings[0]?.message).toContain('is 0, but there are jobs up to 1:');
    await run(name, findings[0]?.remedy ?? '');
    expect(await toldOf(name)).toEqual([]);
    await run(name, insert(700));
    expect(await toldOf(name)).toEqual(['sequence-behind: sequence job_seq_seq']);
  });

  it('tells of a newer schema', async () => {
    const name = await migrated("insert into {s}.migration (version, name) values (1000, 'of the future')");
    expect(await diagnose({ driver, schema: name })).toMatchObject([
      { kind: 'schema-new', severity: 'warning', message: expect.stringContaining('version 1000') },
    ]);
  });

  it.each([
    ['drop table {s}.schedule', 'object-missing: table schedule'],
    ['alter table {s}.job drop column suspect', 'object-missing: column job.suspect'],
    ['alter table {s}.finalized_job alter column fence type bigint', 'object-changed: column finalized_job.fence'],
    ['alter table {s}.finalized_job alter column error set not null', 'object-changed: column finalized_job.error'],
    ['alter table {s}.job drop constraint job_attempt_in_range', 'object-missing: constraint job.job_attempt_in_range'],
    ['alter table {s}.schedule set unlogged', 'object-changed: table schedule'],
    ["alter type {s}.job_outcome add value 'lost'", 'object-changed: type job_outcome'],
  ])('tells of drift: %s', async (harm, expected) => {
    expect(await toldOf(await migrated(harm))).toEqual([expected]);
  });

  it.each([
    ['drop index {s}.job_ready', 'object-missing: index job_ready'],
    ['drop function {s}.check_groups_v1', 'object-missing: function check_groups_v1()'],
    ['drop sequence {s}.flush_mark', 'object-missing: sequence flush_mark'],
    ['drop procedure {s}.enqueue_first_v1', expect.stringMatching(/^object-missing: function enqueue_first_v1\(/)],
    ['alter function {s}.claim_v1 reset enable_seqscan', expect.stringMatching(/^object-changed: function claim_v1\(/)],
    ['alter table {s}.job reset (autovacuum_vacuum_threshold)', 'table-setting-lost: table job'],
    ['alter table {s}.process set (autovacuum_enabled = off)', 'autovacuum-off: table process'],
  ])('has a remedy that works: %s', async (harm, expected) => {
    const name = await migrated(harm);
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual([expected]);
    await run(name, findings[0]?.remedy ?? '');
    expect(await toldOf(name)).toEqual([]);
  });

  it('has an index of other columns made anew', async () => {
    const name = await migrated('drop index {s}.job_running', 'create index job_running on {s}.job (state)');
    const findings = await diagnose({ driver, schema: name });
    expect(told(findings)).toEqual(['object-changed: index job_running']);
    await run(name, ...(findings[0]?.remedy ?? '').split(/(?<=^drop [^;]*;)/));
    expect(await toldOf(name)).toEqual([]);
  });

  it('tells of an index that a failed build left behind', async () => {
    const name = await migrated("insert into {s}.job_group (name) values ('a'), ('b')");
    const build = run(name, 'create unique index concurrently twice on {s}.job_group (running)');
    expect(await rejectionOf(build)).toMatchObject({ code: '23505' });
    const findings = await diagnose({ driver, schema: name });
    expect(findings).toMatchObject([{ kind: 'index-invalid', severity: 'error', subject: 'index twice' }]);
    await run(name, "delete from {s}.job_group where name = 'b'", findings[0]?.remedy ?? '');
    expect(await toldOf(name)).toEqual([]);
  });

  it('leaves alone what others put into the schema, and settings that they chose', async () => {
    const name = await migrated(
      'create table {s}.mine (id int)',
      'create index mine_too on {s}.finalized_job (name)',
      'alter table {s}.job set (autovacuum_vacuum_threshold = 5000)',
    );
    expect(await toldOf(name)).toEqual([]);
  });
});

describe('a role that may not read the schema', () => {
  const role = `bearmq_doctor_${process.pid}`;
  afterAll(() => file.direct.query(`drop role if exists ${role}`));

  it('is told so, and how to', async () => {
    await file.direct.query(`create role ${role}`);
    const name = await migrated();
    const weak = file.newDriver({ options: `-c role=${role}`, max: 1 });
    const look = async (): Promise<readonly Finding[]> =>
      (await diagnose({ driver: weak, schema: name })).filter(({ kind }) => kind !== 'sessions-hidden');
    const findings = await look();
    expect(told(findings)).toEqual([`no-rights: schema ${name}`]);
    await run(name, findings[0]?.remedy ?? '');
    expect(await look()).toEqual([]);
  });

  it('is told once of all that a producer may not read, and how it may', async () => {
    const name = await migrated();
    for (const grant of generateGrantSql({ schema: name, role, to: 'producer' })) await file.direct.query(grant);
    const weak = file.newDriver({ options: `-c role=${role}`, max: 1 });
    const look = async (): Promise<readonly Finding[]> =>
      (await diagnose({ driver: weak, schema: name })).filter(({ kind }) => kind !== 'sessions-hidden');
    const findings = await look();
    expect(told(findings)).toEqual([`no-rights: role ${role}`]);
    for (const table of ['job', 'process', 'schedule']) {
      expect(findings[0]?.message).toContain(`permission denied for table ${table}`);
    }
    await run(name, findings[0]?.remedy ?? '');
    expect(await look()).toEqual([]);
  });

  it('is told of transactions whose age it may not see', async () => {
    const name = await migrated(
      `grant usage on schema {s} to ${role}`,
      `grant select on all tables in schema {s} to ${role}`,
    );
    const client = await file.direct.connect();
    await client.query('begin');
    const weak = file.newDriver({ options: `-c role=${role}`, max: 1 });
    const findings = await diagnose({ driver: weak, schema: name });
    await client.query('rollback');
    client.release();
    const [finding] = findings.filter(({ kind }) => kind === 'sessions-hidden');
    expect(finding).toMatchObject({ severity: 'warning', subject: `role ${role}` });
    await file.direct.query(/^grant [^;]*;/.exec(finding?.remedy ?? '')?.[0] ?? '');
    expect(await diagnose({ driver: weak, schema: name })).toEqual([]);
  });
});
