import { isOfClosedClient } from '../driver/database-error.ts';
import { hasSqlState, SQL_STATES } from '../driver/index.ts';
import type { BearEvent } from '../events.ts';
import { reasonOf } from '../messages.ts';
import { systemClock } from '../runtime/clock.ts';
import { EventBus } from '../runtime/event-bus.ts';
import { isMissing } from '../statements/read-schema-version.ts';

/** The events of a context. A handler that fails is an event too, and never disturbs what it was told of. */
export function newEvents(): EventBus<BearEvent> {
  const events = new EventBus<BearEvent>((error, event) => {
    // A handler that fails on the report of its own failure must not go round in circles.
    const isHeard = event.eventType !== 'EVENT_HANDLER_ERROR' && events.hears('EVENT_HANDLER_ERROR');
    if (!isHeard) warnProcess('an event handler failed', error);
    else events.emit({ eventType: 'EVENT_HANDLER_ERROR', error, handledEventType: event.eventType });
  });
  return events;
}

/** How often it is told that the role lacks a right, in milliseconds. */
const RIGHTS_INTERVAL_MS = 60_000;

/** Where background tasks tell of what went wrong: the event handlers, or the process's warnings where none hears of it. */
export class Reporter {
  readonly #events: EventBus<BearEvent>;
  readonly #whyMissing: (error: unknown) => Promise<unknown>;
  readonly #warned = new Set<string>();
  /** When it is told again that the role lacks a right, by this process's clock. */
  #rightsAgainAt = -Infinity;

  /** @param whyMissing what to tell of instead when the database says that something of ours does not exist. */
  constructor(events: EventBus<BearEvent>, whyMissing: (error: unknown) => Promise<unknown>) {
    this.#events = events;
    this.#whyMissing = whyMissing;
  }

  /**
   * Tells that a background task failed, the `failures`th time in a row.
   *
   * @returns `'over'` when it is of no use to try again, since the program has ended the client; that is told once, as a
   *   warning.
   */
  readonly reportError = (daemon: string, error: unknown, failures: number): 'over' | undefined => {
    if (isOfClosedClient(error)) {
      this.warn(CLOSED_WARNING, error);
      return 'over';
    }
    if (this.#isToldOfRights(error)) return undefined;
    if (isMissing(error)) void this.#whyMissing(error).then((why) => this.#tell(daemon, why, failures));
    else this.#tell(daemon, error, failures);
    return undefined;
  };

  /** Tells once of something that works less well than it could. */
  readonly warn = (message: string, error?: unknown): void => {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    if (this.#events.hears('WARNING')) this.#events.emit({ eventType: 'WARNING', message, error });
    else warnProcess(message, error);
  };

  /**
   * A role that lacks a right lacks it in each task, and for as long as nobody grants it: one error that names the remedy is
   * enough for a while.
   */
  #isToldOfRights(error: unknown): boolean {
    if (!hasSqlState(error, SQL_STATES.insufficientPrivilege)) return false;
    const now = systemClock.now();
    if (now < this.#rightsAgainAt) return true;
    this.#rightsAgainAt = now + RIGHTS_INTERVAL_MS;
    return false;
  }

  #tell(daemon: string, error: unknown, failures: number): void {
    if (this.#events.hears('DAEMON_ERROR')) this.#events.emit({ eventType: 'DAEMON_ERROR', daemon, error, failures });
    else if (failures === 1) warnProcess(`the ${daemon} failed, and will be tried again`, error);
  }
}

const CLOSED_WARNING =
  'the database client was ended before the workers and orchestrators were stopped: what they had not recorded yet is ' +
  'lost, and their jobs wait until the lease runs out; await stop() of each before you end the client';

/** With nobody listening, a warning of the process is the last place where a report can be seen. */
function warnProcess(message: string, error: unknown): void {
  const text = error === undefined ? message : `${message}: ${reasonOf(error)}`;
  process.emitWarning(text, 'BearMQ');
}
