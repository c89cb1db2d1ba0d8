import { asText } from '../schema/index.ts';
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
