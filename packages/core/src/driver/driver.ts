/** The only values that cross the wire, in either direction. */
export type SqlValue = string | number | boolean | null;

/** One result row; its values in the order of the statement's select list. */
export type SqlRow = readonly SqlValue[];

/** One statement, ready to be sent. */
export interface SqlStatement {
  /** Stable: names the prepared statement, the span and the log line. Letters, digits and `_`, at most 63 bytes. */
  readonly name: string;
  /** Exactly one SQL statement. Every placeholder is cast (`$1::text`), every result column too. */
  readonly text: string;
  /** What `$1`, `$2`, … stand for. */
  readonly values: readonly SqlValue[];
  /**
   * `'anew'`: do not send it as a prepared statement: the server may keep its plan, and a plan for small tables would
   * be ruinous once they have grown. Left out: as the driver likes.
   */
  readonly plan?: 'anew' | undefined;
  /** It may take hours, as a migration may: no driver gives it up because its answer is late. */
  readonly mayTakeLong?: true;
  /**
   * Its sender sends it again if no answer comes, or does not miss it, and it is mostly answered in milliseconds. So a
   * driver may give it up early, as long as it gives the next of that name more time (see `AnswerPatience`).
   */
  readonly mayBeRepeated?: true | undefined;
}

/** Anything that runs statements: a pool, one connection, or the caller's own open transaction. */
export interface SqlSession {
  /**
   * Runs one statement and resolves to its rows, positional, in select order.
   *
   * @throws {@link DatabaseError} for everything that the server or the connection reports.
   */
  run(statement: SqlStatement): Promise<readonly SqlRow[]>;
}

/** What a subscriber of {@link Driver.listen} is told. */
export interface NotificationListener {
  /** A notification arrived; `payload` is empty when the sender gave none. */
  onNotification(payload: string): void;
  /**
   * Called after every connect, the first included: notifications may have been missed, so look at the tables now.
   *
   * `session` runs statements on the very connection that listens, so that session-level state (an advisory lock) lives
   * exactly as long as that connection; `null` where the client does not give access to it. Keep its statements short:
   * the driver watches the connection, and takes one that does not answer for dead.
   *
   * `isDirect`: the server process that the client was told of at connect is the one that runs the session's
   * statements, so what the session holds is held at once. Behind a pooler it is another one, or unknown.
   */
  onConnected(session: SqlSession | null, isDirect?: boolean): void;
  /**
   * The connection was lost, or an attempt to make one failed; called each time. The driver keeps trying, with growing
   * pauses, until closed.
   */
  onDisconnected(error: unknown): void;
}

/** A running subscription. */
export interface Subscription {
  /** Stops listening and closes the connection it had. Safe to call twice. */
  close(): Promise<void>;
}

/** A session on a connection of its own. */
export interface OwnSession extends SqlSession {
  /** Closes the connection; never rejects. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * The four things that BearMQ needs from a PostgreSQL client. It moves scalars only, so that the clients' differing
 * ideas of JSON, arrays, dates and names never matter. Two more help where there are several connections.
 * `@bearmq/driver-testkit` proves an implementation.
 */
export interface Driver extends SqlSession {
  /** For messages: `pg`, `postgres.js`, `pglite`. */
  readonly name: string;
  /**
   * Runs `work` inside one transaction on one connection: commits when it resolves, rolls back and rejects with the
   * same error when it rejects. Rejects too when `work` hides that a statement failed: the server has rolled back then.
   * The session is unusable afterwards.
   */
  transaction<T>(work: (tx: SqlSession) => Promise<T>): Promise<T>;
  /**
   * Subscribes to a notification channel (at most 63 bytes) on a connection of its own, and keeps it subscribed across
   * lost connections. Returns at once: {@link NotificationListener.onConnected} tells when it really listens.
   *
   * @throws when the driver is closed, and for a channel of more than 63 bytes, which PostgreSQL would cut short.
   */
  listen(channel: string, listener: NotificationListener): Subscription;
  /**
   * As {@link listen}, on a connection that lets the program end while it is open: it has nothing to do but to listen for
   * another program, and is closed without a word then. Left out by drivers that cannot, or whose listening connection is
   * taken from those of the program.
   *
   * @throws as {@link listen} does.
   */
  listenLazily?(channel: string, listener: NotificationListener): Subscription;
  /**
   * Opens a connection beside those that {@link run} takes, for a few statements: the sign of life of a process must not
   * queue behind the program's own. Left out by drivers that cannot, or whose database has one connection.
   *
   * @throws {@link DatabaseError} when it is not connected within `withinMs` milliseconds.
   * @throws when the driver is closed.
   */
  openSession?(withinMs: number): Promise<OwnSession>;
  /** Closes what the driver itself opened. A pool that the caller passed in stays the caller's. Safe to call twice. */
  close(): Promise<void>;
}
