import { toArrayLiteral } from '../driver/index.ts';
import type { JobOutcome } from '../model/job-record.ts';
import { asNullable, asText } from '../schema/index.ts';
import { defineStatement, type Statement } from './statement.ts';

/** What is known of the end of a job. */
export interface ReadOutcome {
  /** `null`: it is not over. */
  readonly outcome: JobOutcome | null;
  /** As JSON text. */
  readonly resultText: string | null;
  readonly error: string | null;
}

/** How jobs have ended, by their ids; those that there are not are left out. One snapshot, so a job is in one of the two tables. */
export const readOutcomes: Statement<
  { readonly ids: readonly string[] },
  ReadonlyMap<string, ReadOutcome>
> = defineStatement({
  name: 'bearmq_read_outcomes',
  mayBeRepeated: true,
  plan: 'anew',
  text: ({ job, finalizedJob }) => `
    select f.id::text, f.outcome::text, f.result::text, pg_catalog.left(f.error, 10000)::text from ${finalizedJob} f
    where f.id = any ($1::text::uuid[]) and not exists (select 1 from ${job} j where j.id = f.id)
    union all
    select j.id::text, null::text, null::text, null::text from ${job} j where j.id = any ($1::text::uuid[])`,
  encode: ({ ids }) => [toArrayLiteral(ids)],
  decode: (rows) =>
    new Map(
      rows.map(([id, outcome, result, error]) => [
        asText(id),
        {
          outcome: asNullable(outcome, asText) as JobOutcome | null,
          resultText: asNullable(result, asText),
          error: asNullable(error, asText),
        },
      ]),
    ),
});
