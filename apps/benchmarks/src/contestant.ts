import type { Payload } from './payload.ts';

/** What a measurement is about. Some peers are tuned differently for each, as their documentation advises. */
export type Purpose = 'throughput' | 'latency' | 'order' | 'retry' | 'sharing';

/** Something that a scenario needs, and that not every contestant has. */
export type Ability = 'groups' | 'names' | 'channels' | 'retries' | 'many-workers' | 'tables' | 'slots';

/** Where a measurement happens. Plain data: it is handed to other processes. */
export interface Place {
  /** A PostgreSQL database that nothing else uses, with the contestant's tables in it. */
  readonly url: string;
  /** Of an emptied Redis, where one was found. */
  readonly redisPort: number | undefined;
  readonly purpose: Purpose;
}

/** `ours` is what the workers of the measurement take; the others lie in the way. */
export type Lane = 'ours' | 'other-name' | 'other-channel';

export interface NewJob {
  readonly payload: Payload;
  readonly group?: string;
  /** @defaultValue 'ours' */
  readonly lane?: Lane;
}

export interface WorkOptions {
  /** So many worker objects, each of which runs one job at a time; as the contestant is tuned if not given. */
  readonly workers?: number;
}

/** Workers that run. */
export interface Working {
  /** Resolves when nothing runs any more and every outcome is stored. */
  stop(): Promise<void>;
}

/** One contestant's connection to its queue, in one process. */
export interface Queue {
  /** Resolves when the job is stored for good. */
  enqueue(job: NewJob): Promise<unknown>;
  /** As many as the caller thinks fit for one call. */
  enqueueMany(jobs: readonly NewJob[]): Promise<unknown>;
  /**
   * Starts workers that call `run` for each job of the lane `ours`; a job fails when it throws. One that takes its time
   * keeps a slot meanwhile, where the queue has the ability `slots`.
   */
  work(run: (payload: Payload) => void | Promise<void>, options?: WorkOptions): Promise<Working>;
  /** How many jobs are not done: waiting, running, or failed for good. Of all lanes. */
  left(): Promise<number>;
  /** What was answered so far, for a queue that can tell: what it asks is what it costs its database. */
  sent?(): readonly Sent[];
  close(): Promise<void>;
}

/** A statement. Times are in milliseconds, by the machine's monotonic clock. */
export interface Sent {
  readonly what: 'enqueue' | 'claim';
  readonly at: number;
  readonly answeredAt: number;
  /** How many jobs a claim brought. */
  readonly jobs: number;
}

export interface Contestant {
  readonly id: string;
  readonly title: string;
  /** How it is set, for the reader who wants to judge whether that is fair. */
  readonly settings: string;
  readonly store: 'postgres' | 'redis';
  /** The reason why it cannot do something. */
  readonly lacks: Partial<Readonly<Record<Ability, string>>>;
  /** The oldest Node.js that its package takes. */
  readonly node?: readonly [major: number, minor: number];
  /** Only these scenarios: for a variant that differs from another contestant in little. */
  readonly scenarios?: RegExp;
  /** Where it comes from: this clone, the one that `--against` names, or the peers' folder. */
  readonly origin: 'workspace' | 'other-clone' | 'peers';
  version(): Promise<string>;
  /** Makes what {@link open} needs in an empty database. */
  setUp(place: Place): Promise<void>;
  open(place: Place): Promise<Queue>;
}
