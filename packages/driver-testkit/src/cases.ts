import type { Driver, SqlSession } from '@bearmq/core/driver';
import type { CapabilityName, OpenDriver } from './harness.ts';

/** A case that needs no more than a session; run with every kind of them. */
export interface SessionCase {
  readonly title: string;
  run(session: SqlSession): Promise<void>;
}

/** What a {@link DriverCase} works with. */
export interface DriverContext {
  readonly driver: Driver;
  /** The driver with what the harness gave along with it. */
  readonly opened: OpenDriver;
  /** Opens another driver on the same database; closed when the case ends. */
  open(): Promise<Driver>;
  /** A new table name in the harness' schema, quoted; dropped when the case ends. */
  newTable(): string;
}

/** A case about a driver as a whole; each gets one of its own. */
export interface DriverCase {
  readonly title: string;
  readonly needs?: readonly CapabilityName[];
  run(context: DriverContext): Promise<void>;
}

/** A case with everything it needs, or the reason why it is not run. */
export interface PlannedCase {
  readonly area: string;
  readonly title: string;
  readonly unsupported: string | undefined;
  /** Runs it; calls `begun` when the case itself has started, with a session or driver in hand. */
  run(begun: () => void): Promise<void>;
}
