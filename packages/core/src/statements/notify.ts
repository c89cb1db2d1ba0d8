import { defineStatement, type Statement } from './statement.ts';

/** Sends a notification; it goes out with the commit. A call of its own, never a part of a statement on a table. */
export const notify: Statement<{ readonly channel: string; readonly payload: string }, void> = defineStatement({
  name: 'bearmq_notify',
  mayBeRepeated: true,
  text: () => 'select pg_catalog.pg_notify($1::text, $2::text)::text',
  encode: ({ channel, payload }) => [channel, payload],
  decode: () => undefined,
});
