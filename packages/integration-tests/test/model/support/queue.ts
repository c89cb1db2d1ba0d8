import type { SqlSession } from '@bearmq/core/driver';
import type { Rescued, SettleInput } from '@bearmq/core/internal';
import * as statements from '@bearmq/core/internal';
import type { Tables } from '@bearmq/core/schema';
import type pg from 'pg';
import { sessionOn } from '../../support/session-on.ts';
import { brokenInvariants } from './invariants.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';

export interface QueueSchema {
  readonly name: string;
  readonly q: string;
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** The statements of one connection, and a look at what they leave. */
export class Queue {
  readonly session: SqlSession;
  readonly tables: Tables;
  readonly #schema: QueueSchema;

  constructor(schema: QueueSchema, client: pg.ClientBase) {
    this.#schema = schema;
    this.tables = statements.tablesOf(schema.name);
    this.session = sessionOn(client);
  }

  register(processId: string, leaseSecs = 3600): Promise<void> {
    return statements
      .registerProcess(this.session, this.tables, { processId, leaseSecs, sessionKey: null })
      .then(() => {});
  }

  claim(
    { id, generation }: { readonly id: string; readonly generation: number },
    names: readonly string[],
    demands: readonly statements.Demand[],
  ): Promise<statements.ClaimResult> {
    return statements.claim(this.session, this.tables, { processId: id, generation, names, demands, from: null });
  }

  /** Claims of one lease. Resolves to those that were lost, as `claimKey` spells them. */
  async settle(said: Omit<SettleInput, 'processId' | 'finalized'>): Promise<ReadonlySet<string>> {
    const leases = new Set([...said.outcomes.map(({ job }) => job), ...said.started].map(({ processId }) => processId));
    if (leases.size > 1) throw new Error(`one settle of claims of ${leases.size} leases`);
    const [processId] = leases;
    if (processId === undefined) return new Set();
    return (await statements.settle(this.session, this.tables, { ...said, processId, finalized: 'keep' })).lost;
  }

  /** Resolves to the new generation, or `null` when the lease is gone. */
  reconcile(processId: string, generation: number, known: readonly statements.ClaimedJob[]): Promise<number | null> {
    return statements.reconcile(this.session, this.tables, { processId, generation, known });
  }

  async rescue(unlockSecs = 10_800): Promise<readonly Rescued[]> {
    const input = { selfId: null, unlockSecs, blockedSecs: unlockSecs, graceSecs: 0 };
    return (await statements.rescue(this.session, this.tables, input)).rescued;
  }

  /** All pages of one pass. */
  async pruneGroups(pageSize: number): Promise<readonly string[]> {
    const pruned: string[] = [];
    for (let after = ''; ; ) {
      const page = await statements.pruneGroups(this.session, this.tables, { after, limit: pageSize });
      pruned.push(...page.groups);
      if (page.seen < pageSize) return pruned;
      after = page.next;
    }
  }

  async selfCheck(): Promise<readonly { readonly kind: string; readonly jobGroup: string }[]> {
    return (await statements.checkGroups(this.session, this.tables, null)).fixed;
  }

  /** Inserts jobs in order. */
  async enqueue(jobs: readonly statements.NewJob[]): Promise<void> {
    await statements.enqueue(this.session, this.tables, jobs);
  }

  /** Hand-written SQL, on the schema's pool. */
  rows(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.#schema.rows(sql, values);
  }

  async clear(): Promise<void> {
    await this.rows(`with a as (delete from {s}.job), b as (delete from {s}.finalized_job), c as (delete from {s}.process)
      delete from {s}.job_group`);
  }

  /** @throws Error when what is committed breaks an invariant. */
  async checkedSnapshot(): Promise<Snapshot> {
    const snapshot = await readSnapshot(this.#schema);
    const broken = brokenInvariants(snapshot);
    if (broken.length > 0) throw new Error(`broken invariants:\n${broken.join('\n')}`);
    return snapshot;
  }
}
