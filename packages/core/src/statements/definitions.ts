import { defineStatement, type Statement } from './statement.ts';

/** What a job is like unless its enqueue says otherwise, as JSON text; for enqueues that are made in SQL. */
export interface StoredDefinition {
  readonly name: string;
  readonly defaults: string;
}

/** Writes what definitions say where that differs from what is there, in name order: two writers cannot deadlock. */
export const recordDefinitions: Statement<readonly StoredDefinition[], void> = defineStatement({
  name: 'bearmq_record_definitions',
  mayBeRepeated: true,
  text: ({ jobDefinition }) => `
    insert into ${jobDefinition} as d (name, defaults)
    select s.name, s.defaults::json from pg_catalog.json_to_recordset($1::text::json) as s (
      name pg_catalog.text, defaults pg_catalog.text)
    order by s.name
    on conflict (name) do update set defaults = excluded.defaults, updated_at = pg_catalog.now()
    where d.defaults::text <> excluded.defaults::text`,
  encode: (definitions) => [JSON.stringify(definitions)],
  decode: () => undefined,
});
