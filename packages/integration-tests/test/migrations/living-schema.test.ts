import { afterEach, describe, expect, it } from '@jest/globals';
import { generateMigrationSql } from 'bearmq';
import pg from 'pg';
import { freshName, useSchema } from '../support/database.ts';
import { snapshot } from '../support/snapshot.ts';
import { livingStatements } from './support/living.ts';

const file = useSchema({ migrations: 'none' });
const names: string[] = [];

afterEach(async () => {
  for (const name of names.splice(0)) {
    await file.direct.query(`drop schema if exists ${pg.escapeIdentifier(name)} cascade`);
  }
});

async function madeBy(statementsOf: (schema: string) => readonly string[]): Promise<string> {
  const name = freshName();
  names.push(name);
  for (const sql of statementsOf(name)) await file.direct.query(sql);
  return name;
}

const living = () => madeBy(livingStatements);

describe('the versions, all applied to an empty database,', () => {
  it('end in the living schema: the same tables, types, indexes and functions, to the last line of their bodies', async () => {
    const [versions, schema] = await Promise.all([madeBy(generateMigrationSql), living()]);
    const made = await snapshot(file.direct, versions);
    expect(made.length).toBeGreaterThan(50);
    expect(made).toEqual(await snapshot(file.direct, schema));
  });

  it.each([
    'alter table {s}.job add column note text',
    'alter table {s}.job alter column priority set default 1',
    'alter table {s}.job set (fillfactor = 90)',
    'alter table {s}.job drop constraint job_payload_fits',
    "alter type {s}.job_outcome add value 'lost'",
    'create type {s}.pair as (a integer, b integer)',
    'drop index {s}.job_ready',
    'create sequence {s}.mark',
    'alter function {s}.claim_v1 reset enable_seqscan',
    `do $$ begin execute replace(pg_get_functiondef('{s}.check_groups_v1'::regproc), 'if v_suspects is null', 'if v_suspects  is null'); end $$`,
  ])('and would be told from one in which: %s', async (change) => {
    const [name, other] = await Promise.all([living(), living()]);
    await file.direct.query(change.replaceAll('{s}', () => pg.escapeIdentifier(name)));
    expect(await snapshot(file.direct, name)).not.toEqual(await snapshot(file.direct, other));
  });
});
