import type { SqlSession } from './driver.ts';

/**
 * A connection for LISTEN, and the two ways to part from it; one of the two is always used, and `drop` sometimes after
 * `leave`. From then on the session must refuse statements, and those under way must settle.
 */
export interface ListeningConnection {
  /**
   * Resolves, once connected, to a session whose statements all run on this connection; rejects with the reason when it
   * cannot be made. After {@link drop} it need not settle any more.
   */
  readonly connected: Promise<SqlSession>;
  /**
   * The number of the server's process, as the client was told at connect; asked for once connected. Left out, or
   * `undefined`, where the client does not say.
   */
  serverProcess?(): number | undefined;
  /** Has it no longer keep the program alive; asked once connected. Left out where the client has no such thing. */
  unref?(): void;
  /**
   * Says goodbye to the server, and resolves when it has hung up: what the connection held, locks above all, is free
   * then. After two seconds it is not waited for any longer, and {@link drop} is called.
   */
  leave(): Promise<void>;
  /** Drops the connection without a word; for one that is not connected yet, or has stopped to answer. */
  drop(): void;
}

/** What a {@link ListeningConnection} is opened with. */
export interface ListeningRequest {
  /** 0, 1, 2, … and from 0 again after a connection that lasted: for a client that goes through several hosts. */
  readonly attempt: number;
  /** To be called for each notification that the connection receives, on whatever channel. */
  readonly onNotification: (channel: string, payload: string) => void;
  /**
   * To be called when the connection is lost after it was made. Calling it more often, or after the connection was
   * parted from, does nothing. A silent loss needs no call: the heartbeat finds it.
   */
  readonly onLost: (error: unknown) => void;
}
