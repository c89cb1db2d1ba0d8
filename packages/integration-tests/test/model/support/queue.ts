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
  /** Whether a group was ever told that more than one of its jobs may run: those that do stay, whatever it is told next. */
  #mayShare = false;

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

  async limit(kind: 'group' | 'name' | 'channel', name: string, most: number | null): Promise<void> {
    if (kind === 'group') {
      this.#mayShare ||= most !== null && most > 1;
      const limits = most === null ? null : { groupConcurrency: most };
      await statements.setGroupLimits(this.session, this.tables, { name, limits });
      return;
    }
    const limits = most === null ? null : { concurrency: most };
    await statements.setLaneLimits(this.session, this.tables, { kind, name, origin: 'api', limits });
  }

  /** Resolves to whether this did it, and no call before. */
  complete(job: statements.ClaimedJob): Promise<boolean> {
    return statements.complete(this.session, this.tables, { job, isKept: true });
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

  async selfCheck(): Promise<readonly { readonly of: string; readonly name: string; readonly kind: string }[]> {
    return (await statements.checkGroups(this.session, this.tables, null)).fixed;
  }

  /** Inserts jobs in order. */
  async enqueue(jobs: readonly statements.NewJob[]): Promise<void> {
    await statements.enqueue(this.session, this.tables, jobs);
  }

  /** Likewise, where they have unique keys. */
  async submit(jobs: readonly statements.KeyedJob[]): Promise<readonly statements.KeyedOutcome[]> {
    return await statements.enqueueUnique(this.session, this.tables, jobs);
  }

  /** Deletes the unique keys that nothing holds, all pages of one pass; resolves to how many. */
  async pruneKeys(pageSize: number): Promise<number> {
    let count = 0;
    for (let after: string | null = statements.FIRST_KEY; after !== null; ) {
      const page = await statements.pruneKeys(this.session, this.tables, { after, limit: pageSize });
      count += page.deleted;
      after = page.next;
    }
    return count;
  }

  /** Hand-written SQL, on the schema's pool. */
  rows(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.#schema.rows(sql, values);
  }

  async clear(): Promise<void> {
    this.#mayShare = false;
    await this.rows(`with a as (delete from {s}.job), b as (delete from {s}.finalized_job), c as (delete from {s}.process),
      d as (delete from {s}.unique_key), e as (delete from {s}.job_turn), f as (delete from {s}.job_limit)
      delete from {s}.job_group`);
  }

  /** @throws Error when what is committed breaks an invariant. */
  async checkedSnapshot(): Promise<Snapshot> {
    const snapshot = await readSnapshot(this.#schema);
    const broken = brokenInvariants(snapshot, this.#mayShare ? 'groups may be shared' : 'groups are held by one');
    if (broken.length > 0) throw new Error(`broken invariants:\n${broken.join('\n')}`);
    return snapshot;
  }
}
