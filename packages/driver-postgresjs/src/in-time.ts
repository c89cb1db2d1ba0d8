import { pause, withTimeout } from '@bearmq/core/driver';
import type { PostgresJsRawQuery, PostgresJsResult } from './postgres-js-types.ts';

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For the answer, if the statement was sent. */
  readonly answerMs: number;
  /** Until the statement is sent. Short only while connections are being made anew. */
  readonly connectMs: number;
  /** For both: a statement may wait long for a connection that others use. */
  readonly allMs: number;
}

/**
 * The answer to a query, unless it takes longer than that; without a patience, however long it takes. A query that was
 * not sent then may still be: postgres.js would keep a connection for one that was cancelled, and use it no more.
 */
export async function inTime(
  query: PostgresJsRawQuery,
  name: string,
  patience: Patience | null,
): Promise<PostgresJsResult> {
  if (patience === null) return await query;
  const { answerMs, connectMs, allMs } = patience;
  const over = new AbortController();
  const refuse = async (ms: number, problem: () => string | undefined): Promise<never> => {
    await pause(ms, over.signal);
    await pause(0, over.signal); // after a long block of the event loop the answer may be there, unread
    const message = over.signal.aborted ? undefined : problem();
    if (message !== undefined) throw new Error(`${name}: ${message}`);
    return await new Promise<never>(() => undefined);
  };
  const answers = [withTimeout(allMs, name, query)];
  if (answerMs < allMs) {
    answers.push(refuse(answerMs, () => (query.state === null ? undefined : `no answer within ${answerMs} ms`)));
  }
  if (connectMs < allMs) answers.push(refuse(connectMs, () => (query.state === null ? noOther(connectMs) : undefined)));
  try {
    return await Promise.race(answers);
  } finally {
    over.abort();
  }
}

function noOther(ms: number): string {
  return (
    `no connection within ${ms} ms, since the loss of others; if that lasts, make the postgres.js client with ` +
    'connect_timeout: 5 and backoff: 1'
  );
}
