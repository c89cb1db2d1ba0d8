import type { Services } from '../../services/services.ts';
import { readQueue } from '../../statements/read-queue.ts';

/** The queue as a whole, as it is now. */
export interface QueueRecord {
  readonly asOf: Date;
  /** Processes that run Workers: those whose leases run, and those whose leases are over. */
  readonly processes: { readonly alive: number; readonly overdue: number };
  /** Job groups of which a job runs, and for how many seconds the longest of those has run; `null` where none does. */
  readonly groups: { readonly busy: number; readonly longestHeldSecs: number | null };
  /** What repeats, and for how many seconds its next tick has been due; 0 where it is not due yet. */
  readonly schedules: readonly { readonly jobName: string; readonly key: string; readonly lateSecs: number }[];
  /** What is paused: `everything`, or a `channel`, `name` or `group`. */
  readonly pauses: readonly { readonly kind: string; readonly name: string; readonly since: Date }[];
  /** About how many rows no vacuum has removed yet, of each table. */
  readonly tables: readonly { readonly name: string; readonly deadRows: number }[];
  /** When an orchestrator last counted the jobs that wait; `null` where none has. */
  readonly sampledAt: Date | null;
  readonly schemaVersion: number;
}

export async function queueOf({ driver, tables, checkSchema }: Services): Promise<QueueRecord> {
  await checkSchema();
  const { nowMs, pauses, sampledMs, ...facts } = await readQueue(driver, tables, { schemaName: tables.schemaName });
  return {
    ...facts,
    asOf: new Date(nowMs),
    pauses: pauses.map(({ sinceMs, ...pause }) => ({ ...pause, since: new Date(sinceMs) })),
    sampledAt: sampledMs === null ? null : new Date(sampledMs),
  };
}
