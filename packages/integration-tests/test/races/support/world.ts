import { randomUUID } from 'node:crypto';
import { type ClaimedJob, type ClaimResult, claimKey, type Demand } from '@bearmq/core/internal';
import type { Queue } from '../../model/support/queue.ts';
import { type Said, say, type Verdict } from '../../model/support/settle-rules.ts';
import type { FinalizedRow, JobRow, Snapshot } from '../../model/support/snapshot.ts';
import type { Pause, Transaction } from './actors.ts';

export const NAME = 'JOB';

/** What a worker process knows of itself: its lease, and the jobs that it was given and has not settled. */
export interface Process {
  id: string;
  generation: number;
  /** The last generation that a reconcile named. */
  asked: number;
  held: ClaimedJob[];
}

/**
 * The processes of one run, and the transactions that they make. It keeps an account of its own of what was settled:
 * by the answers alone, as a worker sees them.
 */
export class World {
  readonly processes: readonly Process[];
  /** Claims of processes that were given up; they may still be settled by one that does not know. */
  readonly late: Pick<Process, 'held'> = { held: [] };
  /** The claims by which jobs were finalized, as the answers said. */
  readonly finalized = new Map<string, number[]>();
  readonly broken: string[] = [];
  /** What the last claim was told, and how many settles were told that their claim was lost. */
  lastAnswer: ClaimResult | undefined;
  lost = 0;

  constructor(processes: number) {
    this.processes = Array.from({ length: processes }, () => ({ id: randomUUID(), generation: 0, asked: 0, held: [] }));
  }

  /** `committed` shows what others have committed: asked for when the claim's own answer is there, but not committed. */
  claim(process: Process, demands: readonly Demand[], committed: () => Promise<Snapshot>, pause?: Pause): Transaction {
    return {
      text: `claim ${JSON.stringify(demands)}`,
      pause,
      run: async (queue) => {
        const lease = { id: process.id, generation: process.generation };
        const result = await queue.claim(lease, [NAME], demands);
        const { jobs } = await committed();
        for (const [i, { channels }] of demands.entries()) {
          const seen = jobs.filter(({ channel }) => channels === null || channels.includes(channel));
          for (const job of result.jobs[i] ?? []) this.#checkOldest(job, result, seen);
        }
        this.lastAnswer = result;
        return () => {
          const given = result.jobs.flat();
          if (process.id !== lease.id) this.late.held.push(...given);
          else this.#hold(process, given);
          // A claim that a reconciliation has overtaken is refused too, and that is all.
          if (!result.isLeaseHeld && process.id === lease.id && process.generation === lease.generation) {
            this.renew(process);
          }
        };
      },
    };
  }

  /** A job that is given a second time was lost before, without the process knowing: its older claim is a zombie's. */
  #hold(process: Process, given: readonly ClaimedJob[]): void {
    const ids = new Set(given.map(({ id }) => id));
    this.late.held.push(...process.held.filter(({ id }) => ids.has(id)));
    process.held = [...process.held.filter(({ id }) => !ids.has(id)), ...given];
  }

  /** What a claim took of a group were the oldest that waited. Its row is locked by the claim, so that must stay true. */
  #checkOldest(claim: ClaimedJob, { jobs }: ClaimResult, seen: readonly JobRow[]): void {
    if (claim.jobGroup === null) return;
    const taken = new Set(jobs.flat().map(({ id }) => id));
    const older = seen.filter(
      ({ id, group, seq, state }) =>
        group === claim.jobGroup && seq < claim.seq && (state === 'ready' || state === 'blocked') && !taken.has(id),
    );
    if (older.length > 0) this.broken.push(`${claim.seq} was claimed before ${older.map(({ seq }) => seq)}`);
  }

  settle(process: Process, verdicts: readonly Verdict[], pause?: Pause): Transaction {
    return this.#settle(process, verdicts, pause);
  }

  settleAll(process: Process): Transaction {
    return this.settle(
      process,
      process.held.map(() => 'succeeded'),
    );
  }

  settleLate(verdicts: readonly Verdict[], pause?: Pause): Transaction {
    return this.#settle(this.late, verdicts, pause);
  }

  /** Takes the claims out of the list when it is made, since nobody settles a job twice; a retry sends the very same. */
  #settle(from: Process | Pick<Process, 'held'>, verdicts: readonly Verdict[], pause?: Pause): Transaction {
    const most = from.held.slice(0, verdicts.length);
    const end = most.findIndex(({ processId }) => processId !== most[0]?.processId);
    const chosen = from.held.splice(0, end < 0 ? most.length : end);
    const lease = 'id' in from ? from.id : undefined;
    const said = say(chosen.map((claim, i) => ({ claim, verdict: verdicts[i] as Verdict })));
    return {
      text: `settle ${verdicts}`,
      pause,
      run: async (queue) => {
        const lost = await queue.settle(said);
        return () => {
          this.#note(said, lost);
          this.lost += lost.size;
          const over = new Set(said.outcomes.map(({ job }) => job.id));
          const isStillHeld = 'id' in from && from.id === lease;
          const { held } = isStillHeld ? from : this.late;
          held.push(...chosen.filter((claim) => !over.has(claim.id) && !lost.has(claimKey(claim))));
        };
      },
    };
  }

  #note({ outcomes }: Said, lost: ReadonlySet<string>): void {
    for (const { kind, job } of outcomes) {
      if (kind === 'waiting' || lost.has(claimKey(job))) continue;
      this.finalized.set(job.id, [...(this.finalized.get(job.id) ?? []), job.fence]);
    }
  }

  /** @throws Error when a job was finalized by another claim than the one whose settle was accepted, or by several. */
  checkAccount(finalized: readonly FinalizedRow[]): void {
    for (const { id, fence } of finalized) {
      const accepted = this.finalized.get(id) ?? [];
      if (accepted.length === 1 && accepted[0] === fence) continue;
      throw new Error(`${id} was finalized by claim ${fence}, but the answers said by ${accepted}`);
    }
  }

  /** A lease runs out, and whoever looks first gives the jobs to others. `null`: only those that have run out before. */
  rescue(process: Process | null, pause?: Pause): Transaction {
    const expire = `update {s}.process set expires_at = now() - interval '1 hour' where id = $1`;
    return {
      text: 'rescue',
      pause,
      run: async (queue) => {
        if (process !== null) await queue.rows(expire, [process.id]);
        const rescued = await queue.rescue();
        return () => {
          const dead = new Set(rescued.map((one) => (one.kind === 'process' ? one.processId : '')));
          for (const one of this.processes) if (dead.has(one.id)) this.renew(one);
        };
      },
    };
  }

  /** A group's jobs have run for longer than the upper bound: it is opened, and they go on. */
  unlock(group: string, pause?: Pause): Transaction {
    const age = (table: string, column: string, key: string): string =>
      `update {s}.${table} set ${column} = ${column} - interval '1 day' where ${key} = $1`;
    return {
      text: `unlock ${group}`,
      pause,
      run: async (queue) => {
        await queue.rows(age('job_group', 'locked_at', 'name'), [group]);
        await queue.rows(age('job', 'claimed_at', 'job_group'), [group]);
        await queue.rescue();
        return () => {};
      },
    };
  }

  /** The process learns that its lease is gone, and takes out a new one. */
  renew(process: Process): void {
    this.late.held.push(...process.held.splice(0));
    Object.assign(process, { id: randomUUID(), generation: 0, asked: 0 });
    this.unregistered.add(process);
  }

  readonly unregistered = new Set<Process>();

  async registerAll(queue: Queue): Promise<void> {
    for (const process of this.unregistered) await queue.register(process.id);
    this.unregistered.clear();
  }

  reconcile(process: Process, pause?: Pause): Transaction {
    const { id } = process;
    return {
      text: 'reconcile',
      pause,
      run: async (queue) => {
        const known = [...process.held];
        process.asked += 1;
        const generation = await queue.reconcile(id, process.asked, known);
        return () => {
          if (generation !== null && process.id === id) process.generation = generation;
        };
      },
    };
  }

  prune(pause?: Pause): Transaction {
    return { text: 'prune', pause, run: (queue) => queue.pruneGroups(1000).then(() => () => {}) };
  }

  /** Whatever else goes on, the self-check finds nothing to fix. */
  selfCheck(): Transaction {
    return {
      text: 'self-check',
      run: async (queue) => {
        const found = await queue.selfCheck();
        if (found.length > 0) this.broken.push(`the self-check found ${JSON.stringify(found)}`);
        return () => {};
      },
    };
  }

  enqueue(groups: readonly (string | null)[]): Transaction {
    return { text: `enqueue ${groups}`, run: (queue) => queue.enqueue(groups.map(newJob)).then(() => () => {}) };
  }
}

/** A job of a group, `null` for none; `g@c` is the group g in the channel c. */
export function newJob(place: string | null): Parameters<Queue['enqueue']>[0][number] {
  const [jobGroup = null, channel = 'DEFAULT'] = place === null ? [] : place.split('@');
  const settings = {
    channel,
    delaySecs: 0,
    numAttempts: 3,
    timeoutSecs: 0,
    priority: 0,
    payloadText: '{}',
    extras: null,
  };
  return { id: randomUUID(), name: NAME, jobGroup, ...settings };
}
