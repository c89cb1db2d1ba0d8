import { defineStatement, type Statement } from './statement.ts';

/**
 * Does all that an insert of jobs has to wait for, and inserts none: it takes the same lock on the table, and writes a
 * few bytes to the log that its commit waits for, to the disk and to the standbys. So an insert that was sent before it,
 * on another connection, and has no answer when this one has, waits for nothing but its connection.
 */
export const probeEnqueue: Statement<null, void> = defineStatement({
  name: 'bearmq_probe_enqueue',
  text: ({ job }) => `
    with none as (
      insert into ${job} (id, name, channel, payload)
      select null::uuid, null::text, null::text, null::json where false
      returning 1
    )
    select pg_catalog.pg_logical_emit_message(true, 'bearmq', '')::text`,
  encode: () => [],
  decode: () => undefined,
});

/** Whether a connection carries anything at all. It waits for nothing, so one that does not is found, and given up, soon. */
export const probeConnection: Statement<null, void> = defineStatement({
  name: 'bearmq_probe_connection',
  mayBeRepeated: true,
  text: () => 'select 1::int4 as alive',
  encode: () => [],
  decode: () => undefined,
});
