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
 * Quotes a name for SQL text: `We"ird` becomes `"We""ird"`.
 *
 * @param what - what the name is of, for the error.
 * @throws InvalidIdentifierError for what PostgreSQL would refuse or cut short.
 */
export function quoteIdentifier(name: string, what: string = 'schema name'): string {
  if (typeof name !== 'string' || name === '') {
    const isOptions = typeof name === 'object' && name !== null;
    const hint = isOptions ? ': give the name itself, not an object of options' : '';
    throw new InvalidIdentifierError(what, name, `must be a non-empty string${hint}`);
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
