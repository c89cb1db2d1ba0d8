import type { ClaimedJob } from '../../model/job.ts';
import type { ClaimFrom, ClaimResult, Demand } from '../../statements/claim.ts';
import { LanePosition } from './lane-mark.ts';

/** A look that takes longer than this, in milliseconds, is not made for every claim. */
const SLOW_MS = 1;

/** It then takes at most one part in so many of the time; in so many where claims find nothing without it. */
const SHARE_OF_TIME = 50;
const SHARE_OF_TIME_WHEN_EMPTY = 20;

/** But one is made at least so often, in milliseconds, if there are claims at all. */
const LONGEST_MS = 3_000;

/** With more lanes than this, looking in each of them is no quicker than looking everywhere. */
const MAX_LANES = 100;

/** Then those are forgotten that gave no job for so long, in milliseconds. */
const UNUSED_MS = 60_000;

/** How long after it became due a scheduled job may be committed, in milliseconds. */
const DUE_GRACE_MS = 1_000;

interface Lane {
  readonly channel: string;
  readonly name: string;
  readonly priority: number;
  readonly position: LanePosition;
  /** When it last gave a job, by this process's clock. */
  readonly usedAt: number;
}

/**
 * Decides where each claim looks for jobs without a group.
 *
 * Looking everywhere is exact, and quick as long as vacuum keeps up, so that is what claims do. While an old snapshot is
 * held it walks over all that was claimed since. Then it is made from time to time only, and the claims between leave
 * out what this process knows to be over: each lane (by priority), up to the last job that it took there, or up to the
 * last that was drawn when a claim came back with less than it asked for.
 *
 * What becomes ready before such a position is not seen by them: a job that another process handed back or made due, a
 * commit that came late. The next look everywhere finds it, at most 3 s and one look later, and the position is then
 * set back to it if there may be more. What this process itself hands back or makes due is seen at once.
 */
export class LookPlanner {
  readonly #lanes = new Map<string, Lane>();
  /** Ready again before their lane's position, since the last claim was sent. */
  #returned: ClaimedJob[] = [];
  #mustLook = true;
  #everywhereAt = -Infinity;
  #soonestAt = -Infinity;
  #wideAt = -Infinity;
  #isLastFull = false;
  #latest = 0;
  #promotedMs: number | null = null;

  /** Where the next claim should look; `null` for everywhere. */
  next(now: number): ClaimFrom | null {
    for (const job of this.#returned) this.#lanes.get(keyOf(job))?.position.lower(job.seq - 1);
    this.#returned = [];
    if (this.#lanes.size > MAX_LANES) this.#forgetUnused(now);
    if (this.#mustLook || now >= this.#everywhereAt || this.#lanes.size === 0 || this.#lanes.size > MAX_LANES) {
      this.#mustLook = false;
      return null;
    }
    return {
      look: now >= this.#wideAt ? 'wide' : 'narrow',
      lanes: [...this.#lanes.values()].map(({ channel, name, priority, position }) => ({
        channel,
        name,
        priority,
        position: position.from(this.#latest, now),
      })),
      dueAfterMs: this.#promotedMs === null ? null : this.#promotedMs - DUE_GRACE_MS,
    };
  }

  /** When a look everywhere is due, by this process's clock; in the past where every look is one. */
  get everywhereAt(): number {
    return this.#everywhereAt;
  }

  /** Jobs may be ready again anywhere: have the next claim look everywhere. */
  lookEverywhere(): void {
    this.#mustLook = true;
  }

  /** A job that this process had claimed is ready again. */
  returned(job: ClaimedJob): void {
    if (job.jobGroup === null) this.#returned.push(job);
  }

  /** Learns from the answer to a claim. */
  note(from: ClaimFrom | null, demands: readonly Demand[], result: ClaimResult, now: number): void {
    const { jobs, scanMs, promotedMs, latestSeq, isLeftBehind } = result;
    const taken = demands.map((_, i) => jobs[i] ?? []);
    const isShort = demands.map(({ slots, ahead }, i) => (taken[i] ?? []).length < slots + ahead);
    this.#latest = Math.max(this.#latest, latestSeq ?? 0);
    this.#promotedMs = promotedMs ?? this.#promotedMs;
    for (const list of taken) this.#noteTaken(list, from === null, now);
    for (const [i, { channels }] of demands.entries()) {
      if (isShort[i] === true && latestSeq !== null) this.#noteEmpty(channels, latestSeq, now);
    }
    const next = now + Math.min(LONGEST_MS, scanMs * SHARE_OF_TIME);
    if (from === null) {
      this.#isLastFull = !isShort.every(Boolean);
      this.#everywhereAt = scanMs > SLOW_MS ? next : -Infinity;
      this.#soonestAt = now + Math.min(LONGEST_MS, scanMs * SHARE_OF_TIME_WHEN_EMPTY);
      return;
    }
    if (from.look === 'wide' && scanMs > SLOW_MS) this.#wideAt = next;
    if (isLeftBehind || taken.every(({ length }) => length === 0)) this.#expect(this.#soonestAt);
    // The last look everywhere did not come to an end: there is more where it was.
    if (this.#isLastFull && isShort.some(Boolean)) this.#expect(now);
  }

  #expect(at: number): void {
    this.#everywhereAt = Math.min(this.#everywhereAt, at);
  }

  /** The last of each lane is the highest: a claim takes them in order. A look everywhere has seen all before it. */
  #noteTaken(jobs: readonly ClaimedJob[], isEverywhere: boolean, now: number): void {
    for (const [i, job] of jobs.entries()) {
      const next = jobs[i + 1];
      if (job.jobGroup !== null || (next !== undefined && isSameLane(job, next))) continue;
      const { channel, name, priority, seq } = job;
      const key = keyOf(job);
      const known = this.#lanes.get(key);
      this.#latest = Math.max(this.#latest, seq);
      const position = known?.position ?? new LanePosition(seq, now);
      if (isEverywhere) position.lower(seq);
      position.raise(seq, now);
      if (known !== undefined || this.#lanes.size <= MAX_LANES) {
        this.#lanes.set(key, { channel, name, priority, position, usedAt: now });
      }
    }
  }

  /** No job that was drawn until then is left in these channels. */
  #noteEmpty(channels: readonly string[] | null, latestSeq: number, now: number): void {
    for (const { channel, position } of this.#lanes.values()) {
      if (channels === null || channels.includes(channel)) position.raise(latestSeq, now);
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
