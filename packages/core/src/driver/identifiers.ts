import { BearError } from '../errors.ts';
import { describe } from '../messages.ts';

const MAX_BYTES = 63;

/** A name that PostgreSQL could not hold. */
export class InvalidIdentifierError extends BearError {
  override readonly name = 'InvalidIdentifierError';

  constructor(what: string, value: unknown, problem: string) {
    super('BEAR_INVALID_IDENTIFIER', `${what} ${describe(value)} ${problem}`);
  }
}

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

/**
 * Quotes a name for SQL text: `We"ird` becomes `"We""ird"`.
 *
 * @param what - what the name is of, for the error.
 * @throws InvalidIdentifierError for what PostgreSQL would refuse or cut short.
 */
export function quoteIdentifier(name: string, what: string = 'schema name'): string {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidIdentifierError(what, name, 'must be a non-empty string');
  }
  // Encoded for the wire it would become another name, the same for all such.
  if (!name.isWellFormed()) throw new InvalidIdentifierError(what, name, 'must not contain half a surrogate pair');
  if (name.includes('\0')) throw new InvalidIdentifierError(what, name, 'must not contain a NUL character');
  const bytes = name.length > 10_000 ? Infinity : new TextEncoder().encode(name).length;
  if (bytes > MAX_BYTES) {
    throw new InvalidIdentifierError(
      what,
      name,
      `has ${bytes === Infinity ? 'far too many' : bytes} bytes; PostgreSQL keeps at most ${MAX_BYTES}`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text as an SQL literal, safe under either setting of `standard_conforming_strings`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return quoted.includes('\\') ? ` E${quoted}` : quoted;
}
