import type { BackoffRule } from './backoff.ts';

/** What goes with a job beside its payload: texts by name, such as those of a trace. */
export type JobHeaders = Readonly<Record<string, string>>;

/** What a job carries beside its payload. */
export interface Extras {
  readonly headers: JobHeaders;
  /** How long a run of this job may take; `undefined`: as its definition says. */
  readonly maxRunSecs: number | undefined;
  /** Its pauses between attempts; `null`: its `timeoutSecs`, whatever its definition says; `undefined`: as that says. */
  readonly backoff: BackoffRule | null | undefined;
}

/** What a job without any has; one for all. */
const NONE: JobHeaders = Object.freeze({});
export const NO_EXTRAS: Extras = Object.freeze({ headers: NONE, maxRunSecs: undefined, backoff: undefined });

/** What a job carries. Where somebody put in what is none of ours by hand, it is left out. */
export function extrasIn(text: string): Extras {
  const said: unknown = JSON.parse(text);
  const { headers, maxRunSecs, backoff } = (said ?? {}) as Readonly<Record<string, unknown>>;
  return {
    headers: typeof headers === 'object' && headers !== null ? Object.freeze(headers as JobHeaders) : NONE,
    maxRunSecs: typeof maxRunSecs === 'number' && maxRunSecs > 0 ? maxRunSecs : undefined,
    backoff: typeof backoff === 'object' ? (backoff as BackoffRule | null) : undefined,
  };
}
