import type { BackoffRule } from './backoff.ts';
import type { JobTick } from './schedule/rule.ts';

/** What goes with a job beside its payload: texts by name, such as those of a trace. */
export type JobHeaders = Readonly<Record<string, string>>;

/** What a codec was told of a job, but for its headers. */
export interface EncodedAbout {
  readonly id: string;
  readonly name: string;
  readonly channel: string;
  readonly jobGroup: string | null;
}

/** What a job carries beside its payload. */
export interface Extras {
  readonly headers: JobHeaders;
  /** How long a run of this job may take; `undefined`: as its definition says. */
  readonly maxRunSecs: number | undefined;
  /** Its pauses between attempts; `null`: its `timeoutSecs`, whatever its definition says; `undefined`: as that says. */
  readonly backoff: BackoffRule | null | undefined;
  /** The version of its payload. */
  readonly v: number;
  /** Whether its payload is stored as a codec made it. */
  readonly isEncoded: boolean;
  /**
   * The id that its codec was told, where that may be another than the job's: the payload of a job with a unique key may go to
   * the job that holds it.
   */
  readonly encodedFor: string | undefined;
  /** It was to be cancelled while it ran elsewhere, and is not to be run: why, or `''`. Told by a claim in place of all else. */
  readonly cancelled: string | undefined;
  /** The id of the job whose failure it tells of, where it was enqueued for that. */
  readonly failureOf: string | undefined;
  /** What the codec was told of that job, where its payload is stored as the codec made it. */
  readonly failureEncoded: EncodedAbout | undefined;
  /** The tick of a schedule that it is of. */
  readonly tick: JobTick | undefined;
  /** Whether whoever enqueued it waits for its end: it is kept for a minute, whatever the retention. */
  readonly isAwaited: boolean;
}

/** What a job without any has; one for all. */
const NONE: JobHeaders = Object.freeze({});
export const NO_EXTRAS: Extras = Object.freeze({
  headers: NONE,
  maxRunSecs: undefined,
  backoff: undefined,
  v: 1,
  isEncoded: false,
  encodedFor: undefined,
  cancelled: undefined,
  failureOf: undefined,
  failureEncoded: undefined,
  tick: undefined,
  isAwaited: false,
});

/** What a job carries. Where somebody put in what is none of ours by hand, it is left out. */
export function extrasIn(text: string): Extras {
  return extrasFrom(JSON.parse(text));
}

/** {@link extrasIn}, of what was parsed already. */
export function extrasFrom(said: unknown): Extras {
  const given = (said ?? {}) as Readonly<Record<string, unknown>>;
  const { headers, maxRunSecs, backoff, v, enc, cancelled, failureOf, failureEncoded, tick, awaited } = given;
  return {
    headers: typeof headers === 'object' && headers !== null ? Object.freeze(headers as JobHeaders) : NONE,
    maxRunSecs: typeof maxRunSecs === 'number' && maxRunSecs > 0 ? maxRunSecs : undefined,
    backoff: typeof backoff === 'object' ? (backoff as BackoffRule | null) : undefined,
    v: typeof v === 'number' && v >= 1 ? v : 1,
    isEncoded: enc === true || typeof enc === 'string',
    encodedFor: typeof enc === 'string' ? enc : undefined,
    cancelled: typeof cancelled === 'string' ? cancelled : undefined,
    failureOf: typeof failureOf === 'string' ? failureOf : undefined,
    failureEncoded:
      typeof failureEncoded === 'object' && failureEncoded !== null ? (failureEncoded as EncodedAbout) : undefined,
    tick: typeof tick === 'object' && tick !== null ? tickIn(tick) : undefined,
    isAwaited: awaited === true,
  };
}

/** A tick as a job carries it. */
export type TickExtra = Omit<JobTick, 'dueAt'> & { readonly dueAtMs: number };

function tickIn(tick: object): JobTick | undefined {
  const { key, dueAtMs, isLate, origin } = tick as TickExtra;
  return typeof dueAtMs === 'number' ? Object.freeze({ key, dueAt: new Date(dueAtMs), isLate, origin }) : undefined;
}
