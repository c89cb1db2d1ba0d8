import type { Tables } from '@bearmq/core/schema';
import type { Migration, NewIndex } from './migration.ts';
import { freshTag } from './plpgsql.ts';

/**
 * A version as databases get it, in text. What the living schema turns into later changes nothing of it: a database that
 * was migrated a year ago and one that is migrated today end up alike.
 */
export interface FrozenVersion {
  readonly version: number;
  readonly name: string;
  /** As in a `Migration`. */
  readonly oldestClient?: number;
  /** Of all else here; see `freeze/texts.ts`. That of a released version is in `freeze/released.json` too. */
  readonly sha256: string;
  readonly makes: FrozenText;
}

/** SQL for a schema named `bearmq`: statements in order, or one index. */
export type FrozenText = { readonly statements: readonly string[] } | { readonly index: NewIndex };

/** The schema that frozen texts name; never without quotes. */
export const FROZEN_SCHEMA = 'bearmq';
const SCHEMA = `"${FROZEN_SCHEMA}"`;

/** The dollar quotes of function bodies in frozen texts. */
const TAG: string = freshTag('');

/** The migration of a frozen version, for any schema. */
export function thaw({ version, name, oldestClient, makes }: Omit<FrozenVersion, 'sha256'>): Migration {
  const numbered = { version, name, ...(oldestClient === undefined ? {} : { oldestClient }) };
  if ('statements' in makes) return { ...numbered, statements: (n) => makes.statements.map((text) => named(n, text)) };
  const { index } = makes;
  return {
    ...numbered,
    index: (n) => ({
      name: index.name,
      table: named(n, index.table),
      definition: named(n, index.definition),
    }),
  };
}

/** The schema last: what is put in is not looked at again, whatever it is called. */
function named(n: Tables, text: string): string {
  const tag = freshTag(n.schema);
  return text.replaceAll(TAG, () => tag).replaceAll(SCHEMA, () => n.schema);
}
