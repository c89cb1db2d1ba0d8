import { Deadlines } from '@bearmq/core/driver';
import type { PostgresJsRawQuery } from './postgres-js-types.ts';

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For the answer, if the statement was sent. */
  readonly answerMs: number;
  /** Until the statement is sent. Short only while connections are being made anew. */
  readonly connectMs: number;
  /** For both: a statement may wait long for a connection that others use. */
  readonly allMs: number;
}

const deadlines = new Deadlines();

/**
 * Calls `refuse` when a query takes longer than that. The query may still be sent then: postgres.js would keep a
 * connection for one that was cancelled, and use it no more.
 *
 * @returns what {@link stopWaiting} is to be called with when the answer is there.
 */
export function refuseLate(
  query: PostgresJsRawQuery,
  name: string,
  { answerMs, connectMs, allMs }: Patience,
  refuse: (error: Error) => void,
): () => void {
  let dueMs = Math.min(answerMs, connectMs, allMs);
  const late = (): void => {
    const problem = problemAt(dueMs);
    if (problem !== undefined) {
      refuse(new Error(`${name}: ${problem}`));
      return;
    }
    const passedMs = dueMs;
    dueMs = Math.min(...[answerMs, connectMs, allMs].filter((ms) => ms > passedMs));
    deadlines.begin(late, dueMs - passedMs);
  };
  const problemAt = (ms: number): string | undefined => {
    if (ms >= allMs) return `no answer within ${allMs} ms`;
    const wasSent = query.state !== null;
    if (wasSent && ms === answerMs) return `no answer within ${answerMs} ms`;
    return !wasSent && ms === connectMs ? noOther(connectMs) : undefined;
  };
  deadlines.begin(late, dueMs);
  return late;
}

export function stopWaiting(late: (() => void) | undefined): void {
  if (late !== undefined) deadlines.end(late);
}

function noOther(ms: number): string {
  return (
    `no connection within ${ms} ms, since the loss of others; if that lasts, make the postgres.js client with ` +
    'connect_timeout: 5 and backoff: 1'
  );
}
