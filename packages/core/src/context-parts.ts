import type { ResolvedSettings } from './context-options.ts';
import type { Driver } from './driver/index.ts';
import { InvalidOptionError } from './errors.ts';
import type { BearEvent } from './events.ts';
import type { AnnouncedJob } from './model/announced-job.ts';
import type { Enqueuer } from './produce/enqueuer.ts';
import type { Registry } from './registry.ts';
import type { EventBus } from './runtime/event-bus.ts';
import type { Tables } from './schema/index.ts';

/** What stands behind a context: shared by the objects made from it, hidden from their users. */
export interface Services {
  readonly driver: Driver;
  readonly tables: Tables;
  readonly settings: ResolvedSettings;
  readonly events: EventBus<BearEvent>;
  readonly registry: Registry;
  readonly enqueuer: Enqueuer;
  /** Set when this very process has put a job in the queue: its own workers need no notification. */
  readonly localWork: LocalWork;
  /** Checks once that the schema is there and new enough; a check that failed is made again. */
  checkSchema(): Promise<void>;
  /**
   * What to tell of when the database said that something of ours does not exist: a `SchemaVersionError` where the
   * schema, asked anew, is not one that this package works with; else what the database said.
   */
  whyMissing(error: unknown): Promise<unknown>;
  /**
   * Tells the event handlers that a background task failed, or the process's warnings when there is no handler. `'over'`
   * when it is of no use to try again, since the program has ended the client; that is told once, as a warning.
   */
  reportError(daemon: string, error: unknown, failures: number): 'over' | undefined;
  /** Tells them once of something that works less well than it could. */
  warn(message: string, error?: unknown): void;
}

/** Tells this process's workers of work that this process made. */
export interface LocalWork {
  /** @param announced the jobs, or `null` where they are to be looked for. */
  announce(announced: readonly AnnouncedJob[] | null): void;
  subscribe(listener: (announced: readonly AnnouncedJob[] | null) => void): () => void;
}

const services = new WeakMap<object, Services>();

export function setServices(context: object, made: Services): void {
  services.set(context, made);
}

/** @throws InvalidOptionError when the object is not a Context of this copy of the package. */
export function servicesOf(owner: string, context: unknown): Services {
  const found = typeof context === 'object' && context !== null ? services.get(context) : undefined;
  if (found !== undefined) return found;
  throw new InvalidOptionError(
    `${owner}.context`,
    'must be a Context; if it is one, two copies of @bearmq/core are installed (see `npm ls @bearmq/core`)',
  );
}
