import type { Driver, SqlSession } from '@bearmq/core/driver';

/**
 * The two functions of your test runner, handed over as they are: `{ describe, it }` of jest, vitest, mocha or
 * `node:test`. The cases must run one after the other, in the order in which they were registered (all of these do so
 * unless told otherwise), because the last one checks that every other one was run.
 */
export interface TestRunner {
  describe(name: string, define: () => void): unknown;
  readonly it: {
    /** `limitMs`, 20 s, is for runners that take a time limit there, as jest and vitest do; others ignore it. */
    (name: string, run: () => Promise<void>, limitMs: number): unknown;
    /** Registers a case as skipped. Without it, skipped cases are registered as empty ones that say so in their name. */
    skip?(name: string, run: () => Promise<void>, limitMs: number): unknown;
  };
}

/** What a client, or the place where it runs, may be unable to do. */
export type CapabilityName =
  /** Several connections at once: one that waits does not stop another. */
  | 'concurrentConnections'
  /** `pg_terminate_backend` works, and leaves a server to reconnect to. */
  | 'terminateBackend'
  /** A statement of a transaction whose connection is gone rejects. (A client may throw where nobody can catch it.) */
  | 'lostTransaction'
  /** `statement_timeout` cuts a statement off. */
  | 'statementTimeout'
  /** `Driver.listen` delivers notifications. */
  | 'notifications'
  /** `NotificationListener.onConnected` is given a session on the connection that listens. */
  | 'listeningSession'
  /** The driver uses a client that belongs to the caller, and leaves it open. */
  | 'borrowedClient'
  /** The driver tells a client that the caller has ended from a connection that was lost. */
  | 'endedClient';

/**
 * What can be done: `true`, or else the reason why not, in words. The cases that need it are then reported as skipped
 * with that reason. All names must be given, so that a gap is a decision and not an oversight.
 */
export type Capabilities = Readonly<Record<CapabilityName, true | string>>;

/** A driver that was made for one case. */
export interface OpenDriver {
  readonly driver: Driver;
  /**
   * With the capability `borrowedClient`: runs any statement on the client that was lent to the driver, without going
   * through the driver. Called after `driver.close()`, and must then still succeed.
   */
  useBorrowedClient?(): Promise<unknown>;
  /**
   * With the capability `endedClient`: ends the client that was lent to the driver, as a program does at its end. Called
   * before `driver.close()` and `dispose()`, which must then still succeed.
   */
  endClient?(): Promise<unknown>;
  /** Closes what `open` made and the driver does not own, for example the pool. Called after `driver.close()`. */
  dispose(): Promise<void>;
}

/**
 * One way in which statements reach the server: makes a session, calls `use` with it exactly once, waits for it, cleans
 * up, and **lets the rejection of `use` through**. A factory that does not call `use`, or that swallows its rejection,
 * makes the case fail.
 *
 * ```ts
 * 'a transaction of the caller': async (use) => {
 *   const client = await pool.connect();
 *   try {
 *     await client.query('begin');
 *     await use(fromPg(client));
 *   } finally {
 *     await client.query('rollback').finally(() => client.release());
 *   }
 * },
 * ```
 *
 * A case may run a statement that fails, as its last one: the transaction it may be in is then aborted.
 */
export type SessionFactory = (use: (session: SqlSession) => Promise<void>) => Promise<void>;

/** What an author supplies to have sessions examined. */
export interface SessionHarness {
  /** Heads the output: the client's name. */
  readonly name: string;
  /**
   * Every kind of session that the package can make, by a name for the output: the driver itself, one inside
   * `Driver.transaction`, the caller's own transaction, and clients in any state a user may have brought them into
   * (type parsers, name transforms, an ORM on top, session settings). Each must pass every session case.
   */
  readonly sessions: Readonly<Record<string, SessionFactory>>;
  /**
   * Takes the closing lines, once, as one text: a line for each unsupported case, and last how many cases ran, failed
   * and were declared unsupported. `console.log` by default.
   */
  readonly print?: (text: string) => void;
}

/** What an author supplies to have a driver examined. */
export interface DriverHarness extends SessionHarness {
  /**
   * An existing schema in which the suite may create and drop tables. Best one of this test file's own, dropped at the
   * end: a case that fails may leave a table behind.
   */
  readonly schema: string;
  /**
   * Makes a driver that is connected to the server (at least four connections at once, where `concurrentConnections`
   * is claimed). Called once or more for each case; drivers of one case must reach the same database.
   */
  open(): Promise<OpenDriver>;
  readonly capabilities: Capabilities;
}

/** A case that was not run, and why. */
export interface UnsupportedCase {
  readonly title: string;
  readonly reason: string;
}

/** What a conformance suite has registered. */
export interface ConformanceReport {
  /** How many cases are to be run, not counting the last one, which checks this number. */
  readonly registered: number;
  /** The cases left out because of {@link DriverHarness.capabilities}; none of the session cases is ever. */
  readonly unsupported: readonly UnsupportedCase[];
  /** How many cases have been run so far: each counts once, when its body has got hold of a working session. */
  executed(): number;
}
