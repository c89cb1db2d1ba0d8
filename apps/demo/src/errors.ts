/** A problem that was to be expected: its message is a sentence with the remedy, and all that the user gets to see. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

/**
 * What went wrong, in a line. An error for several addresses at once has no message of its own; one that quotes a log
 * has the reason in its last line.
 */
export function reasonOf(error: unknown): string {
  const { message, errors } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  if (Array.isArray(errors) && errors.length > 0) return errors.map(reasonOf).join(', ');
  const lines = typeof message === 'string' ? message.trim().split('\n') : [];
  return lines.at(-1) || (codeOf(error) ?? String(error));
}

/** The code of an error of Node's (`ENOENT`) or of PostgreSQL's (`28P01`), however deep in its causes. */
export function codeOf(error: unknown): string | undefined {
  for (let inner = error, depth = 0; typeof inner === 'object' && inner !== null && depth < 8; depth += 1) {
    const { code, sqlState, cause, errors } = inner as Record<string, unknown>;
    if (typeof sqlState === 'string') return sqlState;
    if (typeof code === 'string' && !code.startsWith('BEAR_')) return code;
    inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return undefined;
}
