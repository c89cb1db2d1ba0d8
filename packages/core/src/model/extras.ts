import type { BackoffRule } from './backoff.ts';

/** What goes with a job beside its payload: texts by name, such as those of a trace. */
export type JobHeaders = Readonly<Record<string, string>>;

/** What a job without headers has; one for all. */
const NONE: JobHeaders = Object.freeze({});

/**
 * What an enqueue said of the pauses between a job's attempts: a rule; `null` for its `timeoutSecs`, whatever the
 * definition says; `undefined` for nothing. What somebody put in by hand may be no rule at all.
 */
export function backoffIn(extras: string | null): BackoffRule | null | undefined {
  if (extras === null) return undefined;
  const { backoff } = (JSON.parse(extras) ?? {}) as { readonly backoff?: BackoffRule | null };
  return typeof backoff === 'object' ? backoff : undefined;
}

/** The headers in what a job carries. Where somebody put in what is none of ours by hand, there are none. */
export function headersIn(extras: string | null): JobHeaders {
  if (extras === null) return NONE;
  const said: unknown = JSON.parse(extras);
  const { headers } = (said ?? {}) as { readonly headers?: unknown };
  return typeof headers === 'object' && headers !== null ? Object.freeze(headers as JobHeaders) : NONE;
}
