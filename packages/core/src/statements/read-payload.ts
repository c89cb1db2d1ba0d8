import { asBoolean, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** The payload of a job as it is stored, wherever the job is: one look at both tables, so it is missed in neither. */
export const readPayload: Statement<{ readonly id: string }, string | null> = defineStatement({
  name: 'bearmq_read_payload',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job, finalizedJob }) => `
    select j.payload::text as payload from ${job} j where j.id = $1::text::uuid
    union all
    select f.payload::text from ${finalizedJob} f where f.id = $1::text::uuid
    limit 1`,
  encode: ({ id }) => [id],
  decode: ([row]) => (row === undefined ? null : asText(row[0])),
});

/** The beginning of a payload as it is stored, and how large the whole is. */
export interface PayloadHead {
  readonly text: string;
  /** Of the whole, in bytes of JSON. */
  readonly bytes: number;
  /** That is all of it. */
  readonly isWhole: boolean;
}

/** Of a payload no more than so many characters: a large one is read by the server, and not sent. */
export const readPayloadHead: Statement<{ readonly id: string; readonly chars: number }, PayloadHead | null> =
  defineStatement({
    name: 'bearmq_read_payload_head',
    plan: 'anew',
    mayBeRepeated: true,
    text: ({ job, finalizedJob }) => `
    with found as materialized (
      select j.payload::text as payload from ${job} j where j.id = $1::text::uuid
      union all
      select f.payload::text from ${finalizedJob} f where f.id = $1::text::uuid
      limit 1
    )
    select pg_catalog.left(f.payload, $2::int4)::text, pg_catalog.octet_length(f.payload)::float8,
      (pg_catalog.char_length(f.payload) <= $2::int4)::boolean
    from found f`,
    encode: ({ id, chars }) => [id, chars],
    decode: ([row]) =>
      row === undefined ? null : { text: asText(row[0]), bytes: asNumber(row[1]), isWhole: asBoolean(row[2]) },
  });
