// What this package needs of postgres.js, by shape, so that its version is the user's.

/** A column of a result, as the server described it; its name may have been changed by the client's `transform`. */
export interface PostgresJsColumn {
  /** The object identifier of the column's type. */
  readonly type: number;
}

/** Rows of bytes: one list entry for each column, in the order of the select list. */
export interface PostgresJsResult extends ArrayLike<unknown> {
  /** `null` where the server never began to answer. */
  readonly columns: readonly PostgresJsColumn[] | null;
}

/** A query of postgres.js that has not been sent yet. */
export interface PostgresJsQuery {
  /** Asks for the bytes as the server sent them, past all parsers. */
  raw(): PostgresJsRawQuery;
}

/** A query that resolves to bytes. */
export interface PostgresJsRawQuery extends PromiseLike<PostgresJsResult> {
  /** Sends it now, and not when it is first waited for. */
  execute(): PostgresJsRawQuery;
  /** What it was sent on; `null` before that. */
  readonly state?: object | null;
}

/** How a text is sent. All but `prepare` are missing in the client's own types. */
export interface PostgresJsQueryOptions {
  readonly prepare?: boolean;
  /** `false`: the extended protocol even without values, so that the server refuses a second statement in the text. */
  readonly simple?: false;
  /** Called when the query has been sent; returns whether another may be sent behind it, before it is answered. */
  readonly onexecute?: () => boolean;
}

/** Whatever runs queries: a client, or its `sql` inside of a transaction. */
export interface PostgresJsQueryable {
  unsafe(query: string, parameters?: unknown[], options?: PostgresJsQueryOptions): PostgresJsQuery;
  typed(value: string | null, type: number): object;
}

/**
 * A `sql` that holds one connection: the one that `sql.begin` and `savepoint` hand to their callbacks, or that of
 * `sql.reserve()`. The client's own `sql` does not fit: it runs each query on any of its connections.
 */
export type PostgresJsTransaction = PostgresJsQueryable &
  ({ readonly savepoint: (...args: never[]) => unknown } | { release(): unknown });

/** The `sql` that `postgres()` gives. That of a transaction, or of `sql.reserve()`, does not fit. */
export interface PostgresJsClient extends PostgresJsQueryable {
  begin(work: (tx: PostgresJsTransaction) => Promise<void>): Promise<unknown>;
  /** What the client was made with; only read. */
  readonly options: object;
  readonly savepoint?: never;
  readonly release?: never;
}
