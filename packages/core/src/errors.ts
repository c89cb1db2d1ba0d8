/**
 * The base of every error that BearMQ makes. `name` and `code` are string literals, so they can be told apart across
 * minifiers, realms and two copies of the package.
 */
export class BearError extends Error {
  override readonly name: string = 'BearError';
  /** Stable and machine-readable: `BEAR_…`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
