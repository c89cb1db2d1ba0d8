import { tablesOf } from '@bearmq/core/schema';
import { statementsOf } from '../../../../migrations/dist/migration.js';
import type { Migration } from './future.ts';

const CONSTANT = String.raw`(null|true|false|now\(\)|-?\d|')`;

/** What keeps a lock for as long as a table is large, and what a step should be instead. */
const SLOW: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/^create (unique )?index/i, 'an index of its own migration'],
  [/^alter table.* alter (column )?\S+ (set data )?type\b/i, 'a new column'],
  [new RegExp(`^alter table.* add column.* default (?!${CONSTANT})`, 'i'), 'a default that is the same for all rows'],
  [/^alter table.* add column.* generated/i, 'a plain column'],
  [/^alter table.* add (primary key|unique)/i, 'an index of its own migration'],
  [/^alter table.* add constraint(?!.* not valid$)/i, 'a constraint that is not valid, and its validation later'],
  [/^(update|delete|insert|truncate|cluster|vacuum|reindex|lock)\b/i, 'work in small batches by daemons'],
];

/**
 * Why a migration would hold up workers for longer than the catalogue takes to be written; nothing of one that would
 * not. The first migration is exempt: nobody sees its tables yet.
 */
export function slowSteps(migration: Migration): readonly string[] {
  if ('index' in migration || migration.version === 1) return [];
  const statements = statementsOf(migration, tablesOf('s')).map((text) => text.trim().replaceAll(/\s+/g, ' '));
  const problems = statements.flatMap((text) =>
    SLOW.filter(([pattern]) => pattern.test(text)).map(([, instead]) => `${text}: should be ${instead}`),
  );
  const tables = new Set(
    statements.flatMap((text) => /^(?:alter|drop) table (?:if exists )?(\S+)/i.exec(text)?.[1] ?? []),
  );
  return tables.size > 2 ? [...problems, `it locks ${tables.size} tables: should be several migrations`] : problems;
}
