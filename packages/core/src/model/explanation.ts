import type { JobOutcome } from './job-record.ts';

/** Why a job is where it is: the first reason that holds, told apart by `kind`. */
export type Explanation = { readonly sentence: string; readonly remedy: string | null } & (
  | { readonly kind: 'unknown' }
  | { readonly kind: 'over'; readonly outcome: JobOutcome; readonly at: Date | null }
  | ({ readonly kind: 'running'; readonly isStarted: boolean; readonly isCancelled: boolean } & Holder)
  | ({ readonly kind: 'process-dead'; readonly leaseExpiresAt: Date | null } & Holder)
  | {
      readonly kind: 'paused';
      readonly what: 'everything' | 'channel' | 'name' | 'group';
      readonly name: string | null;
      readonly since: Date | null;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'due';
      readonly at: Date | null;
      readonly inSecs: number | null;
      /** `snooze`: it put itself off, or a process left it to others since its payload is newer than that knows. */
      readonly why: 'delay' | 'retry' | 'snooze';
      readonly lastError: string | null;
    }
  | { readonly kind: 'pending' }
  | ({ readonly kind: 'group-busy'; readonly jobGroup: string; readonly jobId: string | null } & Holder)
  | { readonly kind: 'group-rate'; readonly jobGroup: string; readonly at: Date | null }
  | { readonly kind: 'group-order'; readonly jobGroup: string; readonly aheadJobId: string }
  | { readonly kind: 'held'; readonly pid: number | null; readonly since: Date | null }
  | {
      readonly kind: 'no-worker';
      readonly jobName: string;
      readonly channel: string;
      /** Those that there are take other names, or other channels. */
      readonly liveProcesses: number;
      /** Of these, how many started within the last 5 seconds: they may not have said yet what they take. */
      readonly startingProcesses: number;
    }
  | {
      /** Its payload has a newer version than any process knows that takes it: each leaves it to processes of that release. */
      readonly kind: 'payload-newer';
      readonly jobName: string;
      readonly version: number;
      /** The newest that one of them knows. */
      readonly known: number;
      /** When it is offered again; `null`: now. */
      readonly at: Date | null;
    }
  | {
      /** As many run of the name, or in the channel, as its limit allows. */
      readonly kind: 'limit';
      readonly what: 'name' | 'channel';
      readonly name: string;
      readonly running: number;
      readonly max: number;
    }
  | {
      /** The name, or the channel, has had all the starts of its rate; `at` is when the next one may be. */
      readonly kind: 'rate';
      readonly what: 'name' | 'channel';
      readonly name: string;
      readonly at: Date | null;
    }
  | ({ readonly kind: 'workers-busy' } & Load)
  | ({ readonly kind: 'about-to-start' } & Load)
);

interface Holder {
  /** The lease of the process. */
  readonly processId: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly since: Date | null;
}

interface Load {
  /** Of the Workers that take it. */
  readonly slots: number;
  /** What their processes have claimed. */
  readonly running: number;
  /** How many jobs of its name and channel, without a group, are before it; counted up to 1,000. */
  readonly ahead: number;
}

/** What the database says of it. Times are milliseconds since 1970. */
export interface ToldReason {
  readonly kind: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}
