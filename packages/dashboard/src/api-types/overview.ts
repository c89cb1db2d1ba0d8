import type { LaneOutcome, LaneRecord } from '@bearmq/core';
import type { Action, PayloadMode } from '../actions.ts';
import type { Wire } from '../wire.ts';
import type { CountAnswer } from './common.ts';

/** A part of the dashboard that is there, or is not: for want of a right, or of a way to answer it. */
export type Feature = 'health' | 'groups' | 'schedules' | 'processes' | 'metrics';

/** GET meta */
export interface MetaAnswer {
  /** Of this package. */
  readonly release: string;
  readonly title: string;
  readonly environment: string | null;
  readonly schema: string;
  /** The labels of all sources; empty where there is one, without a label. */
  readonly sources: readonly string[];
  /** The label of this one. */
  readonly source: string | null;
  readonly access: {
    readonly actor: string | null;
    readonly allow: readonly Action[];
    readonly payloads: PayloadMode;
    /** `null`: all. */
    readonly channels: readonly string[] | null;
  };
  readonly features: readonly Feature[];
  /** The clock of this server. */
  readonly now: string;
  readonly refreshSecs: number;
  /** How many jobs one bulk may be about. */
  readonly bulkLimit: number;
}

/** Something on the overview that somebody should look at. */
export interface Attention {
  /** That of a finding of the doctor's; or `lane-unserved`, `schedule-late`, `paused-long`, `process-dead`. */
  readonly kind: string;
  readonly severity: 'error' | 'warning';
  /** What it is about: a subject of the doctor's, a lane, a schedule. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string | null;
  /** The page that tells more, relative to the mount; `null` where none does. */
  readonly page: string | null;
}

/** GET overview */
export interface OverviewAnswer {
  readonly asOf: string;
  readonly states: Readonly<Record<'ready' | 'scheduled' | 'blocked' | 'running', CountAnswer>>;
  readonly oldestReady: { readonly at: string; readonly channel: string; readonly jobName: string } | null;
  /** `null` where the access is to some channels only. */
  readonly slots: { readonly busy: number; readonly total: number } | null;
  readonly processes: { readonly alive: number; readonly silent: number; readonly dead: number } | null;
  readonly lastHour: { readonly started: number } & Readonly<Record<LaneOutcome, number>>;
  /** `null` where the context cannot tell, or the access is to some channels only. */
  readonly findings: { readonly errors: number; readonly warnings: number } | null;
  readonly pauses: number;
  readonly attention: readonly Attention[];
}

/** In milliseconds, a value for each of `startsAt`; `null` where nothing was recorded. */
export interface DurationColumns {
  readonly p50: readonly (number | null)[];
  readonly p95: readonly (number | null)[];
  readonly p99: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** How long the step is that the percentiles are of: an hour where the range is longer than six hours. */
  readonly stepSecs: number;
}

/** GET series?from&to&stepSecs&channel&jobName — columns: the i-th of each list belongs to the i-th of `startsAt`. */
export interface SeriesAnswer {
  readonly stepSecs: number;
  /** When the steps begin, in seconds since 1970. */
  readonly startsAt: readonly number[];
  /** In that step; divide by `stepSecs` for a rate. */
  readonly started: readonly number[];
  readonly outcomes: Readonly<Record<LaneOutcome, readonly number[]>>;
  readonly wait: DurationColumns;
  readonly run: DurationColumns;
  readonly depth: {
    readonly ready: readonly (number | null)[];
    readonly scheduled: readonly (number | null)[];
    readonly blocked: readonly (number | null)[];
    readonly running: readonly (number | null)[];
    /** How old the oldest ready job was, in seconds. */
    readonly oldestSecs: readonly (number | null)[];
  };
  /** The step that begins here is not over, in seconds since 1970; `null` where all are. */
  readonly partialFrom: number | null;
}

/** GET lanes?search&channel */
export interface LanesAnswer {
  readonly lanes: readonly Wire<LaneRecord>[];
}
