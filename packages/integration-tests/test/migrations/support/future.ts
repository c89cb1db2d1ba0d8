// Migrations that a release to come might bring, to be applied after the real ones. Of the build, like all that
// @bearmq/migrations keeps to itself.
import type { Tables } from '@bearmq/core/schema';
import type { Migration } from '../../../../migrations/dist/migration.js';
import { migrations } from '../../../../migrations/dist/versions/index.js';

export { migrateWith } from '../../../../migrations/dist/migrate.js';
export { type Step, stepsOf } from '../../../../migrations/dist/steps.js';
export { migrations as released } from '../../../../migrations/dist/versions/index.js';
export type { Migration };

const first = migrations.length + 1;

/** Makes a function anew as it is, and a second one beside it that calls it. */
const functions = (n: Tables): readonly string[] => [
  `declare
    made text;
  begin
    for made in select pg_get_functiondef(p.oid) from pg_proc p
      where p.pronamespace = (select oid from pg_namespace where nspname = '${n.schemaName.replaceAll("'", "''")}')
        and p.proname in ('claim_v1', 'settle_v1', 'claim_groups_v1') loop
      execute made;
    end loop;
  end`,
  `create function ${n.fn('check_groups_v2')}() returns void language sql as $sql$ select 1 $sql$`,
];

/** Alters each table that workers use, replaces their functions, and adds an index to the busiest table. */
export const future: readonly Migration[] = [
  ...migrations,
  {
    version: first,
    name: 'job columns',
    statements: ({ job }) => [`alter table ${job} add column trace text, add column weight integer not null default 1`],
  },
  {
    version: first + 1,
    name: 'history columns',
    statements: ({ finalizedJob }) => [`alter table ${finalizedJob} add column trace text`],
  },
  {
    version: first + 2,
    name: 'index of names',
    index: ({ job }) => ({ name: 'job_name', table: job, definition: `(name, seq) where state = 'ready'` }),
  },
  { version: first + 3, name: 'functions', statements: functions },
  {
    version: first + 4,
    name: 'groups and workers',
    statements: ({ jobGroup, process }) => [
      `alter table ${jobGroup} add column note text`,
      `alter table ${process} add column colour text`,
    ],
  },
];

/** The one of them that makes an index. */
export const INDEX_VERSION: number = first + 2;

/** Takes away what today's workers call. */
export const breaking: readonly Migration[] = [
  ...migrations,
  {
    version: first,
    name: 'another claim',
    oldestClient: first,
    statements: ({ fn, job }) => [
      `drop function ${fn('claim_v1')}(uuid, integer, text[], json, json)`,
      `alter table ${job} rename column payload to content`,
    ],
  },
];
