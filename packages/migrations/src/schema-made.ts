// What the migrations make, for the doctor, which compares it with what is there. A subpath of BearMQ's own packages:
// programs need none of it.
import type { Tables } from '@bearmq/core/schema';
import { statementsOf } from './migration.ts';
import { migrations } from './versions/index.ts';

export { isOurLedger, notOurLedger } from './ledger.ts';
export { LATEST_VERSION } from './versions/index.ts';

/** Each statement that makes or changes an object, oldest first. The ledger is not among them. */
export function statementsMade(n: Tables): readonly string[] {
  return migrations.flatMap((migration) => statementsOf(migration, n).map((statement) => statement.trim()));
}
