import type { ClaimedJob } from '../../model/job.ts';
import type { ClaimFrom, ClaimResult, Demand } from '../../statements/claim.ts';
import { LaneMark } from './lane-mark.ts';
import type { Scan } from './scan-budget.ts';

/** With more lanes than this, scanning each of them is no quicker than scanning everything. */
const MAX_LANES = 100;

/** Then those are forgotten that gave no job for so long, in milliseconds. */
const UNUSED_MS = 60_000;

/** How long after it became due a scheduled job may be committed, in milliseconds. */
const DUE_GRACE_MS = 1_000;

interface MarkedLane {
  readonly channel: string;
  readonly name: string;
  readonly priority: number;
  readonly mark: LaneMark;
  /** When it last gave a job, by this process's clock. */
  readonly usedAt: number;
}

/**
 * Where each lane (a channel, a name and a priority) is known to be over, so that a claim need not scan it from its
 * beginning: up to the last job that this process took there, or up to the last that was drawn when a claim came back
 * with less than it asked for.
 *
 *     the index job_ready, one lane:   [ dead entries … | ready, seq 812 | ready, seq 813 | … ]
 *                                                       ↑ the mark: the scan begins here
 *
 * What becomes ready before a mark is not seen by such a scan: a job that another process released or made due, a
 * commit that came late. A full scan finds it, and sets the mark back to it if there may be more. What this process itself
 * releases or makes due is seen at once.
 */
export class LaneMarks {
  readonly #lanes = new Map<string, MarkedLane>();
  /** Ready again before their lane's mark, since the last claim was sent. */
  #released: ClaimedJob[] = [];
  #latestSeq = 0;
  #promotedMs: number | null = null;

  /** A job that this process had claimed is ready again: the next claim will scan where it is. */
  released(job: ClaimedJob): void {
    if (job.jobGroup === null) this.#released.push(job);
  }

  /** To be asked before each claim: whether there are lanes to keep to, and not too many. */
  areOfUse(now: number): boolean {
    for (const job of this.#released) this.#lanes.get(keyOf(job))?.mark.lower(job.seq - 1);
    this.#released = [];
    if (this.#lanes.size > MAX_LANES) this.#forgetUnused(now);
    return this.#lanes.size > 0 && this.#lanes.size <= MAX_LANES;
  }

  /** What the next claim leaves out. */
  from(now: number): Omit<ClaimFrom, 'scan'> {
    return {
      lanes: [...this.#lanes.values()].map(({ channel, name, priority, mark }) => ({
        channel,
        name,
        priority,
        position: mark.from(this.#latestSeq, now),
      })),
      dueAfterMs: this.#promotedMs === null ? null : this.#promotedMs - DUE_GRACE_MS,
    };
  }

  /** Learns from the answer to a claim. */
  note(scan: Scan, demands: readonly Demand[], { jobs, latestSeq, promotedMs }: ClaimResult, now: number): void {
    this.#latestSeq = Math.max(this.#latestSeq, latestSeq ?? 0);
    this.#promotedMs = promotedMs ?? this.#promotedMs;
    for (const taken of jobs) this.#noteTaken(scan, taken, now);
    if (latestSeq === null) return;
    for (const [i, { channels, slots, ahead }] of demands.entries()) {
      if ((jobs[i]?.length ?? 0) < slots + ahead) this.#noteDrained(channels, latestSeq, now);
    }
  }

  /** The last of each lane is the highest: a claim takes them in order. A full scan has seen all before it. */
  #noteTaken(scan: Scan, jobs: readonly ClaimedJob[], now: number): void {
    for (const [i, job] of jobs.entries()) {
      const next = jobs[i + 1];
      if (job.jobGroup !== null || (next !== undefined && isSameLane(job, next))) continue;
      const { channel, name, priority, seq } = job;
      const key = keyOf(job);
      const known = this.#lanes.get(key);
      this.#latestSeq = Math.max(this.#latestSeq, seq);
      const mark = known?.mark ?? new LaneMark(seq, now);
      if (scan === 'full') mark.lower(seq);
      mark.raise(seq, now);
      if (known !== undefined || this.#lanes.size <= MAX_LANES) {
        this.#lanes.set(key, { channel, name, priority, mark, usedAt: now });
      }
    }
  }

  /** No job that was drawn until then is left in these channels. */
  #noteDrained(channels: readonly string[] | null, latestSeq: number, now: number): void {
    for (const { channel, mark } of this.#lanes.values()) {
      if (channels === null || channels.includes(channel)) mark.raise(latestSeq, now);
    }
  }

  #forgetUnused(now: number): void {
    for (const [key, { usedAt }] of this.#lanes) if (usedAt < now - UNUSED_MS) this.#lanes.delete(key);
  }
}

function isSameLane(a: ClaimedJob, b: ClaimedJob): boolean {
  return a.name === b.name && a.channel === b.channel && a.priority === b.priority && a.jobGroup === b.jobGroup;
}

function keyOf({ channel, name, priority }: Pick<ClaimedJob, 'channel' | 'name' | 'priority'>): string {
  return JSON.stringify([channel, name, priority]);
}
