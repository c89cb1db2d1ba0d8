import { BearError } from '../errors.ts';

const MAX_BYTES = 63;

/** A schema name that PostgreSQL could not hold. */
export class InvalidIdentifierError extends BearError {
  override readonly name = 'InvalidIdentifierError';

  constructor(what: string, value: string, problem: string) {
    super('BEAR_INVALID_IDENTIFIER', `${what} ${JSON.stringify(value)} ${problem}`);
  }
}

/** Quotes a name for SQL text: `We"ird` becomes `"We""ird"`. Refuses what PostgreSQL would refuse or cut short. */
export function quoteIdentifier(name: string): string {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidIdentifierError('schema name', String(name), 'must be a non-empty string');
  }
  if (name.includes('\0')) throw new InvalidIdentifierError('schema name', name, 'must not contain a NUL character');
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > MAX_BYTES) {
    throw new InvalidIdentifierError('schema name', name, `has ${bytes} bytes; PostgreSQL keeps at most ${MAX_BYTES}`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a text as an SQL literal, safe under either setting of `standard_conforming_strings`. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return quoted.includes('\\') ? ` E${quoted}` : quoted;
}
