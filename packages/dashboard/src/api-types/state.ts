import type { FailureGroup, GroupRecord, ProcessRecord, ScheduleRecord } from '@bearmq/core';
import type { Wire } from '../wire.ts';
import type { JobRow } from './jobs.ts';

/** GET failures?since&jobName&channel */
export interface FailuresAnswer {
  readonly groups: readonly (Omit<Wire<FailureGroup>, 'message'> & {
    /** `null` where messages are redacted, and the sample is gone. */
    readonly message: string | null;
  })[];
  readonly lookedAt: number;
  readonly isPartial: boolean;
}

/** GET groups?order&search&after&limit — `order`: name, waiting, oldest or held; name by default. */
export interface GroupsAnswer {
  readonly groups: readonly Wire<GroupRecord>[];
  readonly next: string | null;
  /** There are more behind `next` that were not looked at. */
  readonly isPartial: boolean;
}
/** GET groups/:name */
export interface GroupAnswer {
  readonly group: Wire<GroupRecord>;
  readonly pausedSince: string | null;
  /** The first 50 that wait, the longest first. */
  readonly waiting: readonly JobRow[];
}

export interface ScheduleRow extends Omit<Wire<ScheduleRecord>, 'payload' | 'overrides'> {
  /** For how many seconds its next tick has been due. */
  readonly lateSecs: number;
  /** How many processes take its jobs. */
  readonly servedBy: number;
}
/** GET schedules?jobName&after */
export interface SchedulesAnswer {
  readonly schedules: readonly ScheduleRow[];
  readonly next: string | null;
}
/** GET schedules/:jobName/:key */
export interface ScheduleAnswer extends ScheduleRow {
  /** Its next ten ticks. */
  readonly nextTicks: readonly string[];
  /** JSON; `null` where payloads are not shown. */
  readonly payloadText: string | null;
}
/** POST schedules/:jobName/:key/pause|resume|trigger|remove */
export interface ScheduleActionAnswer {
  /** Of a trigger. */
  readonly jobId?: string;
  /** Of a remove: whether it was there. */
  readonly removed?: boolean;
}

/** GET processes */
export interface ProcessesAnswer {
  readonly processes: readonly Wire<ProcessRecord>[];
}
/** GET processes/:id */
export interface ProcessAnswer {
  readonly process: Wire<ProcessRecord>;
  /** The jobs that it has claimed, of the newest 1,000 that run. */
  readonly jobs: readonly JobRow[];
  readonly isPartial: boolean;
}

export type PausedWhat =
  | { readonly channel: string }
  | { readonly jobName: string }
  | { readonly jobGroup: string }
  | { readonly everything: true };

/** GET pauses */
export interface PausesAnswer {
  readonly pauses: readonly {
    readonly what: PausedWhat;
    readonly since: string | null;
    readonly reason: string | null;
  }[];
}
/** POST pauses */
export type PauseBody = PausedWhat & { readonly reason?: string; readonly waitForRunningSecs?: number };
export interface PauseAnswer {
  readonly isNew: boolean;
  readonly stillRunning: number;
}
/** POST pauses/remove, with a PausedWhat */
export interface ResumeAnswer {
  readonly wasPaused: boolean;
}

/** GET health */
export interface HealthAnswer {
  readonly isHealthy: boolean;
  readonly findings: readonly {
    readonly kind: string;
    readonly severity: 'error' | 'warning';
    readonly subject: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly migrations: {
    readonly current: number;
    readonly latest: number;
    readonly pending: readonly { readonly version: number; readonly name: string }[];
  };
  /** How large each table is: sizes in bytes, `null` while somebody has locked the table against all. */
  readonly tables: readonly {
    readonly name: string;
    readonly heapBytes: number | null;
    readonly indexBytes: number | null;
    readonly toastBytes: number | null;
    /** About how many, as `deadRows`: those that no vacuum has removed yet. */
    readonly rows: number;
    readonly deadRows: number;
    readonly vacuumedAt: string | null;
  }[];
  /** Who keeps vacuums from removing dead rows, the one that is behind the most first. */
  readonly horizon: readonly {
    readonly kind: string;
    readonly subject: string;
    readonly who: string;
    readonly application: string | null;
    readonly state: string | null;
    /** For how long, in seconds; `null` where the server does not tell. */
    readonly forSecs: number | null;
    /** How many transactions have begun since. */
    readonly behind: number | null;
    readonly message: string;
    readonly remedy: string;
  }[];
}
