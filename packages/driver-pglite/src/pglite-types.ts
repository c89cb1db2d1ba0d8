// What this package needs of PGlite, by shape, so that its version is the user's.

/** How a statement is sent, and its rows are read. */
export interface PgliteQueryOptions {
  rowMode?: 'array' | 'object';
  parsers?: Record<number, (value: string) => unknown>;
  serializers?: Record<number, (value: string) => string>;
}

/** Whatever runs statements: a database, or a transaction in it. */
export interface PgliteQueryable {
  query(query: string, params?: unknown[], options?: PgliteQueryOptions): Promise<{ rows: unknown[] }>;
}

/** What `db.transaction` hands to its callback. A database does not fit. */
export interface PgliteTransaction extends PgliteQueryable {
  /** Whether it was committed or rolled back. */
  readonly closed: boolean;
  readonly transaction?: never;
}

/** A database: `new PGlite()`, `await PGlite.create()`, or one that lives in a worker. */
export interface PgliteDatabase extends PgliteQueryable {
  transaction<T>(work: (tx: PgliteTransaction) => Promise<T>): Promise<T>;
  /** Whether the program has closed it. */
  readonly closed?: boolean;
  onNotification(listener: (channel: string, payload: string) => void): () => void;
}
