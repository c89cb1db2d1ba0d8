import { LaneCounts } from '../model/lane-counts.ts';
import { type LaneMinute, WRITTEN_WITHIN_SECS } from '../statements/record-stats.ts';

/** More lanes in a minute are counted together. */
const MAX_LANES = 2_000;
export const OTHER_LANES: { readonly channel: string; readonly name: string } = { channel: '…', name: '_other' };

const MINUTE_MS = 60_000;

/** The counts of a lane in a minute, and up to which change they are written. */
interface Kept {
  readonly channel: string;
  readonly name: string;
  readonly counts: LaneCounts;
  written: number;
}

interface Minute {
  /** When it began, in milliseconds since 1970 by the database's clock; `null` until that is known. */
  startMs: number | null;
  readonly lanes: Map<string, Map<string, Kept>>;
  readonly all: Kept[];
}

/** What is to be written, as it is now. */
export interface News {
  readonly rows: readonly LaneMinute[];
  /** It is written: what has been counted since is still news. */
  readonly written: () => void;
}

/**
 * The minutes that a process counts in: the one that it is, and those before that are not written yet. They are the
 * database's, told by the difference between its clock and ours. Until that is known there is one minute; and where the
 * database's clock is set back, the minute that it is goes on until the clock has passed it.
 */
export class StatsMinutes {
  readonly #warn: (message: string) => void;
  #minutes: Minute[] = [];
  #current: Minute | undefined;
  /** When the current minute is over, by this process's clock. */
  #endsAt = Infinity;
  /** How far the database's clock is ahead of this process's, in milliseconds. */
  #aheadMs: number | undefined;
  #changes = 0;
  #written = 0;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  get knowsTime(): boolean {
    return this.#aheadMs !== undefined;
  }

  /** Whether anything was counted that is not written. */
  get hasNews(): boolean {
    return this.#changes > this.#written;
  }

  /** What the database's clock says, at a moment of this process's. */
  setTime(serverMs: number, now: number): void {
    this.#aheadMs = serverMs - now;
    const current = this.#current;
    if (current === undefined) return;
    current.startMs ??= startOf(serverMs);
    this.#endsAt = current.startMs + MINUTE_MS - this.#aheadMs;
  }

  /** To be counted in, at once: it is taken to change what there is to write. */
  countsOf(channel: string, name: string, now: number): LaneCounts {
    this.#changes += 1;
    const minute = this.#current === undefined || now >= this.#endsAt ? this.#turn(now) : this.#current;
    const kept = minute.lanes.get(channel)?.get(name);
    return kept === undefined ? this.#newLane(minute, channel, name) : kept.counts;
  }

  takeNews(): News {
    const changes = this.#changes;
    const news = this.#minutes.flatMap((minute) =>
      minute.all.flatMap((kept) => (kept.counts.changes > kept.written ? [{ minute, kept }] : [])),
    );
    const upTo = news.map(({ kept }) => ({ kept, changes: kept.counts.changes }));
    return {
      rows: news.map(({ minute: { startMs }, kept: { channel, name, counts } }) => ({
        atSecs: (startMs ?? 0) / 1000,
        channel,
        name,
        counts,
      })),
      written: () => {
        this.#written = changes;
        for (const one of upTo) one.kept.written = one.changes;
        this.#minutes = this.#minutes.filter((minute) => minute === this.#current || minute.all.some(isNews));
      },
    };
  }

  #turn(now: number): Minute {
    const startMs = this.#aheadMs === undefined ? null : startOf(now + this.#aheadMs);
    const current = this.#current;
    if (startMs !== null && current !== undefined && startMs <= (current.startMs ?? startMs)) {
      this.#endsAt = (current.startMs ?? startMs) + MINUTE_MS - (this.#aheadMs ?? 0);
      return current;
    }
    const minute: Minute = { startMs, lanes: new Map(), all: [] };
    // What cannot be written any more is not kept: the database may be away for long.
    const oldest = (startMs ?? 0) - WRITTEN_WITHIN_SECS * 1000;
    this.#minutes = [...this.#minutes.filter((one) => (one.startMs ?? Infinity) >= oldest), minute];
    this.#current = minute;
    this.#endsAt = startMs === null ? Infinity : startMs + MINUTE_MS - (this.#aheadMs ?? 0);
    return minute;
  }

  #newLane(minute: Minute, channel: string, name: string): LaneCounts {
    if (minute.all.length >= MAX_LANES && name !== OTHER_LANES.name) {
      this.#warn(
        `jobs of more than ${MAX_LANES} lanes ran in a minute: the rest are counted as one, ${OTHER_LANES.name}`,
      );
      const { channel: others, name: other } = OTHER_LANES;
      return minute.lanes.get(others)?.get(other)?.counts ?? this.#newLane(minute, others, other);
    }
    const kept: Kept = { channel, name, counts: new LaneCounts(), written: 0 };
    const names = minute.lanes.get(channel) ?? new Map<string, Kept>();
    minute.lanes.set(channel, names.set(name, kept));
    minute.all.push(kept);
    return kept.counts;
  }
}

function startOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}

function isNews({ counts, written }: Kept): boolean {
  return counts.changes > written;
}
