import { type ContextOptions, resolveContextOptions } from './context-options.ts';
import { isOfClosedClient } from './driver/database-error.ts';
import { InvalidOptionError } from './errors.ts';
import type { BearEvent, BearEventHandler } from './events.ts';
import { isFunction } from './options/check-options.ts';
import { Enqueuer } from './produce/enqueuer.ts';
import type { EventBus } from './runtime/event-bus.ts';
import { tablesOf } from './schema/index.ts';
import { LocalWork } from './services/local-work.ts';
import { Registry } from './services/registry.ts';
import { newEvents, Reporter } from './services/reporter.ts';
import { SchemaGate } from './services/schema-gate.ts';
import { setServices } from './services/services.ts';

/**
 * What all BearMQ objects share: the way to the database, the schema, settings and event handlers.
 *
 * Making one connects to nothing and starts nothing, and it needs no closing: stop the daemons made from it, then end
 * the pool that you gave to its driver.
 *
 * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
 * @throws InvalidIdentifierError for a schema name that PostgreSQL could not hold.
 */
export class Context {
  /** The schema that this context works in. */
  readonly schema: string;
  readonly #events: EventBus<BearEvent>;

  constructor(options: ContextOptions) {
    const { driver, schema, ...settings } = resolveContextOptions(options);
    const tables = tablesOf(schema);
    const events = newEvents();
    const localWork = new LocalWork();
    const { reportError, warn } = new Reporter(events, (error) => whyMissing(error));
    const { checkSchema, whyMissing } = new SchemaGate(driver, tables, warn);
    const enqueuer = new Enqueuer({
      driver,
      tables,
      onEnqueued: localWork.announce,
      onAnnouncementsFull: (error) => warn(FULL_WARNING, error),
      announcementsInTransactions: settings.wakeUp === 'poll' ? 'none' : 'sent',
      // A program that ends its client takes the last notification with it, and may: jobs are found without.
      onAnnounceFailed: (error) => {
        if (!isOfClosedClient(error)) reportError('notifier', error, 1);
      },
    });
    const registry = new Registry();
    this.schema = schema;
    this.#events = events;
    setServices(this, {
      driver,
      tables,
      settings,
      events,
      registry,
      enqueuer,
      localWork,
      reportError,
      warn,
      checkSchema,
      whyMissing,
    });
  }

  /**
   * Calls `handler` for every event of this context, in this process. See {@link BearEvent} for what there is.
   *
   * A handler that throws or rejects is reported as an `EVENT_HANDLER_ERROR` and never disturbs a job. Handlers are not
   * waited for, so a slow one holds nothing up; a blocking one does.
   *
   * @returns a function that removes the handler.
   * @throws InvalidOptionError for what is no function.
   */
  addEventHandler(handler: BearEventHandler): () => void {
    const problem = isFunction(handler);
    if (problem !== undefined) throw new InvalidOptionError('Context.addEventHandler', problem);
    return this.#events.subscribe(handler);
  }
}

const FULL_WARNING =
  "the server's queue of notifications is full: jobs are enqueued, and workers find them by polling. Somebody listens " +
  'and does not read, in whatever database: look for old transactions in pg_stat_activity whose sessions listen';
