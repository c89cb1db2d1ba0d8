import { asNullable, asNumber, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** Before every key. */
export const FIRST_KEY = '00000000-0000-0000-0000-000000000000';

export interface PrunedKeys {
  /** Where the next page starts; `null` when the end was reached. */
  readonly next: string | null;
  readonly deleted: number;
}

/** Deletes the unique keys of one page that nothing holds any more. See `prune_keys_v1`. */
export const pruneKeys: Statement<{ readonly after: string; readonly limit: number }, PrunedKeys> = defineStatement({
  name: 'bearmq_prune_keys',
  text: ({ fn }) => `
    select o_last::text, o_seen::int4, o_deleted::int4 from ${fn('prune_keys_v1')}($1::text::uuid, $2::int4)`,
  encode: ({ after, limit }) => [after, limit],
  decode: ([row], { limit }) => ({
    next: asNumber(row?.[1]) < limit ? null : asNullable(row?.[0], asText),
    deleted: asNumber(row?.[2]),
  }),
});
