// What this package needs of node-postgres, by shape: the classes of any `@types/pg` fit, so its version is the user's.

/** Decides how a column's text becomes a JavaScript value; see `types` in the node-postgres query config. */
export interface PgTypeParsers {
  getTypeParser(oid: number, format?: string): (raw: string) => unknown;
}

/** The query config that is handed to node-postgres. */
export interface PgQuery {
  /** Names a prepared statement; left out, the statement is parsed each time. */
  name?: string;
  text: string;
  values: (string | number | boolean | null)[];
  rowMode: 'array';
  types: PgTypeParsers;
  /** The extended protocol even without values, so that the server refuses a second statement in the text. */
  queryMode: 'extended';
  /** Milliseconds until the query fails for want of an answer; a pool then closes its connection. */
  query_timeout?: number;
}

/** What node-postgres resolves to. */
export interface PgResult {
  /** The command tag's first word: `COMMIT`, `ROLLBACK`, … */
  command: string;
  rows: (string | number | boolean | null)[][];
}

/**
 * A client of node-postgres: a `Client`, or the `PoolClient` that `await pool.connect()` gives. A `Pool` does not fit:
 * it runs each statement on any of its connections, so a transaction cannot be held on it.
 */
export interface PgClient {
  query(query: PgQuery): Promise<PgResult>;
  /** As of the last answer: idle, in a transaction, in one that has failed. Older releases do not tell. */
  getTransactionStatus?(): string | null;
  readonly totalCount?: never;
}

/** A client whose events are heard. */
export interface PgListeningClient extends PgClient {
  on(event: string, listener: (argument: unknown) => void): unknown;
  removeListener(event: string, listener: (argument: unknown) => void): unknown;
  /** The server's process, as it said at connect. */
  readonly processID?: unknown;
  /** The protocol layer; absent in the native client. */
  readonly connection?: { readonly stream?: { destroy(): unknown; unref?(): unknown } };
}

/** The argument of a client's 'notification' event. */
export interface PgNotification {
  readonly channel: string;
  readonly payload?: string;
}

/** A client that was checked out of a pool. */
export interface PgPoolClient extends PgListeningClient {
  /** Gives the client back; with an error or `true` the pool closes it instead of keeping it. */
  release(destroy?: Error | boolean): void;
}

/** A client that is made, connected and ended by whoever holds it. */
export interface PgOwnClient extends PgListeningClient {
  connect(): Promise<unknown>;
  end(): Promise<void>;
}

/** The constructor that a `Pool` keeps in its `Client` property (undeclared in `@types/pg`). */
export type PgClientConstructor = new (options: object) => PgOwnClient;

/** A `Pool` of node-postgres. A single `Client` does not fit: it cannot run two things at a time. */
export interface PgPool {
  query(query: PgQuery): Promise<PgResult>;
  connect(): Promise<PgPoolClient>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'remove', listener: () => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  /** What the pool makes its clients with. */
  readonly options?: object;
  /** How many wait for a connection, how many connections wait for somebody, and how many there are. */
  readonly waitingCount?: number;
  readonly idleCount?: number;
  readonly totalCount?: number;
  /** Whether `end` was called. */
  readonly ending?: boolean;
  /** Whether all its connections are closed since. */
  readonly ended?: boolean;
  readonly escapeIdentifier?: never;
}
