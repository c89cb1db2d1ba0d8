import { toArrayLiteral } from '../driver/index.ts';
import { asNullable, asNumber } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

interface NextDueInput {
  readonly names: readonly string[];
  /** `null`: all. */
  readonly channels: readonly string[] | null;
}

/**
 * In how many seconds the next job is due, of those that wait for their time; at least 0, and `null` for none. It walks through
 * the index of them, by their times, to the first that fits, and locks nothing.
 */
export const nextDue: Statement<NextDueInput, number | null> = defineStatement({
  name: 'bearmq_next_due',
  plan: 'anew',
  mayBeRepeated: true,
  text: ({ job }) => `
    select greatest(0, extract(epoch from j.run_at)::float8 - extract(epoch from pg_catalog.now())::float8)
    from ${job} j
    where j.state = 'scheduled' and j.run_at < 'infinity' and j.name = any ($1::text::text[])
      and ($2::text is null or j.channel = any ($2::text::text[]))
    order by j.run_at limit 1`,
  encode: ({ names, channels }) => [toArrayLiteral(names), channels === null ? null : toArrayLiteral(channels)],
  decode: ([row]) => asNullable(row?.[0] ?? null, asNumber),
});
