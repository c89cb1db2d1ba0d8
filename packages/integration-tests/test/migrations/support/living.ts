// The schema as it is now, as @bearmq/migrations keeps it to itself, of the build; and the ledger's step, which it lacks.
import { tablesOf } from '@bearmq/core/schema';
import { livingSchema } from '../../../../migrations/dist/schema/index.js';
import { stepsOf } from './future.ts';

/** What makes a schema in one go, without any version being applied. */
export function livingStatements(schema: string): readonly string[] {
  const n = tablesOf(schema);
  const ledger = stepsOf(n, []).flatMap(({ texts }) => texts);
  return [...ledger, ...livingSchema(n)];
}
