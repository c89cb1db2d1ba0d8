import { defineStatement, type Statement } from './statement.ts';

/** Sends a notification; it goes out with the commit. A call of its own, never a part of a statement on a table. */
export const notify: Statement<{ readonly channel: string; readonly payload: string }, void> = defineStatement({
  name: 'bearmq_notify',
  mayBeRepeated: true,
  text: () => 'select pg_catalog.pg_notify($1::text, $2::text)::text',
  encode: ({ channel, payload }) => [channel, payload],
  decode: () => undefined,
});

/**
 * Sends a notification in a transaction of somebody else's, unless the queue of the server has hardly room for it: with
 * a full one that transaction could not commit. (Asked for, the server also drops what all have read.) Resolves to
 * whether it will go out.
 */
export const notifyUnlessFull: Statement<{ readonly channel: string; readonly payload: string }, boolean> =
  defineStatement({
    name: 'bearmq_notify_unless_full',
    text: () => `
      select pg_catalog.pg_notify($1::text, $2::text)::text
      where pg_catalog.pg_notification_queue_usage() < 0.9`,
    encode: ({ channel, payload }) => [channel, payload],
    decode: (rows) => rows.length > 0, // whatever the parsers of that transaction's client make of the column
  });
