/**
 * Has the casts of a statement name PostgreSQL's own types. Functions are qualified where they are called (`pnpm lint` sees
 * to it), but a cast to `text` or `json` is looked up on the search path too, and in the session's temporary schema before
 * it: a temporary table of that name would do. Quoted names are left alone, and so are types that are SQL's own words.
 */
export function withServerTypes(statement: string): string {
  return statement.replace(
    /"(?:[^"]|"")*"|::(text|uuid|jsonb?|int[248]|float8|timestamptz)\b/g,
    (found, type?: string) => (type === undefined ? found : `::pg_catalog.${type}`),
  );
}

/** Quotes a text as an SQL literal, safe under either setting of `standard_conforming_strings`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return quoted.includes('\\') ? ` E${quoted}` : quoted;
}
