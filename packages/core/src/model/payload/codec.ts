import type { JobHeaders } from '../extras.ts';

/** What a {@link PayloadCodec} is told of the job whose payload it is given. */
export interface JobAbout {
  /**
   * Of a payload that has replaced that of the job which holds its unique key: the id that it was enqueued with, for `decode`
   * too. Its channel, group and headers may be others by then.
   */
  readonly jobId: string;
  readonly jobName: string;
  readonly channel: string;
  /** `null` for a job without a group of its own choosing. */
  readonly jobGroup: string | null;
  readonly headers: JobHeaders;
}

/**
 * How payloads are stored: what `encode` makes of one is what the database holds, and `decode` gets that back. For encryption,
 * compression, or a reference to where large ones lie. Groups, unique keys, hooks and schemas see the plain payload.
 */
export interface PayloadCodec {
  /** What is stored: a value that survives JSON. What it throws, the enqueue rejects with. */
  encode(payload: unknown, about: JobAbout): unknown;
  /** The payload that was encoded. What it throws is a failed attempt, since a key server may be back for the next. */
  decode(stored: unknown, about: JobAbout): unknown;
}
