/** What is used of the package `bullmq`, releases 5 and 6. */
export interface BullMq {
  readonly Queue: new (name: string, options: object) => BullQueue;
}

export interface BullQueue {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  toKey(type: string): string;
  getJob(id: string): Promise<BullJob | undefined>;
  getJobSchedulers(): Promise<readonly BullScheduler[]>;
  removeJobScheduler(id: string): Promise<unknown>;
  close(): Promise<void>;
}

/** What is used of the package `ioredis`. */
export interface IoRedis {
  readonly Redis: new (url: string, options: object) => RedisClient;
}

export interface RedisClient {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  connect(): Promise<void>;
  disconnect(): void;
  eval(script: string, numberOfKeys: number, ...keysAndArgs: readonly string[]): Promise<unknown>;
  /** How many of the keys are there. */
  exists(...keys: readonly string[]): Promise<number>;
  hgetall(key: string): Promise<Readonly<Record<string, string>>>;
  hdel(key: string, ...fields: readonly string[]): Promise<number>;
  llen(key: string): Promise<number>;
  lrange(key: string, start: number, end: number): Promise<readonly string[]>;
  zrange(key: string, start: number, end: number): Promise<readonly string[]>;
}

/** A queue, and the connection that it is on. */
export interface OpenQueue {
  readonly name: string;
  readonly queue: BullQueue;
  readonly client: RedisClient;
  close(): Promise<void>;
}

export interface BullJob {
  readonly name: string;
  readonly data: unknown;
  readonly opts: BullOptions;
  /** When it was added, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly attemptsMade: number;
  readonly parentKey?: string;
  readonly repeatJobKey?: string;
  readonly deduplicationId?: string;
  remove(): Promise<void>;
}

export interface BullOptions {
  readonly attempts?: number;
  readonly priority?: number;
  readonly backoff?: number | BullBackoff;
}

export interface BullBackoff {
  readonly type: string;
  /** In milliseconds. */
  readonly delay?: number;
  /** From 0 to 1: which part of the pause is drawn at random. */
  readonly jitter?: number;
}

export interface BullScheduler {
  readonly key: string;
  readonly name: string;
  readonly pattern?: string | null;
  readonly tz?: string | null;
  /** In milliseconds. */
  readonly every?: number | string | null;
  readonly limit?: number;
  readonly startDate?: number | null;
  readonly endDate?: number | null;
  readonly template?: { readonly data?: unknown; readonly opts?: BullOptions };
}
