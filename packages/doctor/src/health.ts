import { tablesOf } from '@bearmq/core/schema';
import { type MigrationStatus, migrationStatus } from '@bearmq/migrations';
import { type DiagnoseOptions, diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { type Storage, storageOf } from './storage.ts';

/** Whether a queue works, and what is not in order. */
export interface Health<Queue> extends Storage {
  /** No finding is an error: jobs run, and BearMQ can keep what it promises. */
  readonly isHealthy: boolean;
  /** What `diagnose` found, errors first. */
  readonly findings: readonly Finding[];
  readonly migrations: MigrationStatus;
  /** The queue as a whole; `null` where migrations are pending. */
  readonly queue: Queue | null;
}

/**
 * What is asked: one thing after the other, for the driver may be a single session.
 *
 * @throws InvalidOptionError, DatabaseError as `diagnose` does.
 */
export async function examine<Queue>(where: DiagnoseOptions, queueOf: () => Promise<Queue>): Promise<Health<Queue>> {
  const findings = await diagnose(where);
  const migrations = await migrationStatus({ driver: where.driver, schema: where.schema });
  const { driver, schema } = where;
  const isTooOld = findings.some(({ kind }) => kind === 'server-version');
  const storage = isTooOld
    ? { tables: [], horizon: [] }
    : await storageOf({ driver, tables: tablesOf(schema), patienceSecs: 0 });
  return {
    isHealthy: findings.every(({ severity }) => severity !== 'error'),
    findings,
    migrations,
    ...storage,
    queue: migrations.pending.length === 0 ? await queueOf() : null,
  };
}
