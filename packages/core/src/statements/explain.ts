import type { ToldReason } from '../model/explanation.ts';
import { asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** Why a job is where it is. See `explain_v1`. */
export const explainJob: Statement<{ readonly id: string }, ToldReason> = defineStatement({
  name: 'bearmq_explain',
  mayBeRepeated: true,
  text: ({ fn }) => `select o_kind::text, o_facts::text from ${fn('explain_v1')}($1::text::uuid)`,
  encode: ({ id }) => [id],
  decode: ([row]) => ({ kind: asText(row?.[0]), facts: JSON.parse(asText(row?.[1])) as ToldReason['facts'] }),
});
