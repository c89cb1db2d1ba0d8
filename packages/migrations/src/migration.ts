import type { Tables } from '@bearmq/core/driver';

/** One step of the schema. Never edited after its release: a mistake is mended by the next one. */
export interface Migration {
  /** Counts from 1, without gaps. */
  readonly version: number;
  /** Two or three words for the ledger and for people. */
  readonly name: string;
  /** Its statements, in order; they run in one transaction. */
  statements(tables: Tables): readonly string[];
}
