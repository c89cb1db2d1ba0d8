import type { EnqueueOverrides } from '@bearmq/core';

/** Where a job of another system was. It goes along as headers. */
export interface Origin {
  /** The other system: `pg-boss`. */
  readonly system: string;
  readonly queue: string;
  readonly id: string;
  /** The text that kept it from being there twice. */
  readonly key: string | null;
  /** How many attempts it had. */
  readonly attempts: number;
}

/** A waiting job of another system, as BearMQ is to have it. */
export interface OldJob {
  readonly origin: Origin;
  readonly overrides: Omit<EnqueueOverrides, 'headers' | 'unique'>;
}

/** A job of another system that is to be enqueued. */
export interface MovableJob extends OldJob {
  readonly payload: unknown;
  /** The unique key that it is to have, and hold as the map says. */
  readonly unique: string | null;
}

/** A job that stays where it is, and why. */
export interface LeftJob {
  readonly queue: string;
  readonly id: string;
  readonly reason: string;
}

/** The headers that an imported job has: `metadata.headers['imported.id']`. */
export function headersOf({ system, queue, id, key, attempts }: Origin): Readonly<Record<string, string>> {
  return {
    'imported.from': system,
    'imported.queue': queue,
    'imported.id': id,
    ...(key === null ? {} : { 'imported.key': key }),
    ...(attempts === 0 ? {} : { 'imported.attempts': String(attempts) }),
  };
}
