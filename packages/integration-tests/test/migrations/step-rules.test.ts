import { describe, expect, it } from '@jest/globals';
import { future, released } from './support/future.ts';
import { slowSteps } from './support/step-rules.ts';

describe('a migration holds its locks for a moment only', () => {
  it.each([...new Set([...released, ...future])].map((one) => [one.version, one.name, one] as const))(
    'version %d, %s',
    (_version, _name, migration) => {
      expect(slowSteps(migration)).toEqual([]);
    },
  );

  it.each([
    'create index x on "s".job (id)',
    'alter table "s".job alter column name type bytea',
    'alter table "s".job add column x uuid default gen_random_uuid()',
    'alter table "s".job add column x integer generated always as (attempt) stored',
    'alter table "s".job add constraint x check (attempt > 0)',
    'update "s".job set attempt = 0',
  ])('which one with "%s" would not', (statement) => {
    expect(slowSteps({ version: 2, name: 'slow', statements: () => [statement] })).toEqual([
      expect.stringContaining(`${statement}: should be `),
    ]);
  });

  it('which one of three tables might not', () => {
    const statements = ['job', 'process', 'job_group'].map((table) => `alter table "s".${table} add column x text`);
    expect(slowSteps({ version: 2, name: 'wide', statements: () => statements })).toEqual([
      'it locks 3 tables: should be several migrations',
    ]);
  });

  it.each([
    'alter table "s".job add column x text',
    'alter table "s".job add column x integer not null default 1',
    'alter table "s".job add constraint x check (attempt > 0) not valid',
    'alter table "s".job validate constraint x',
    'create table "s".x (id uuid)',
    'create function "s".x_v1() returns void language sql as $$ select 1 $$',
  ])('which one with "%s" does', (statement) => {
    expect(slowSteps({ version: 2, name: 'quick', statements: () => [statement] })).toEqual([]);
  });
});
