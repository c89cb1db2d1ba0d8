import { type ContextOptions, resolveContextOptions } from './context-options.ts';
import { type Services, setServices } from './context-parts.ts';
import { isOfClosedClient } from './driver/database-error.ts';
import { InvalidOptionError, SchemaVersionError } from './errors.ts';
import type { BearEvent, BearEventHandler } from './events.ts';
import { reasonOf } from './messages.ts';
import { isFunction } from './options/check-options.ts';
import { Enqueuer } from './produce/enqueuer.ts';
import { Registry } from './registry.ts';
import { EventBus } from './runtime/event-bus.ts';
import { tablesOf } from './schema/index.ts';
import { checkSchemaVersion, isMissing, REQUIRED_SCHEMA_VERSION } from './statements/read-schema-version.ts';

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
    const warned = new Set<string>();
    const localListeners = new Set<Parameters<Services['localWork']['subscribe']>[0]>();
    const events = new EventBus<BearEvent>((error, event) => {
      // A handler that fails on the report of its own failure must not go round in circles.
      if (event.eventType === 'EVENT_HANDLER_ERROR') warnProcess('an event handler failed', error);
      else events.emit({ eventType: 'EVENT_HANDLER_ERROR', error, handledEventType: event.eventType });
    });
    const localWork: Services['localWork'] = {
      announce: (announced) => {
        for (const listener of localListeners) listener(announced);
      },
      subscribe: (listener) => {
        localListeners.add(listener);
        return () => localListeners.delete(listener);
      },
    };
    const tell = (daemon: string, error: unknown, failures: number): void => {
      if (events.hasHandlers) events.emit({ eventType: 'DAEMON_ERROR', daemon, error, failures });
      else if (failures === 1) warnProcess(`the ${daemon} failed, and will be tried again`, error);
    };
    const reportError: Services['reportError'] = (daemon, error, failures) => {
      if (isOfClosedClient(error)) {
        warn(CLOSED_WARNING, error);
        return 'over';
      }
      if (isMissing(error)) void whyMissing(error).then((why) => tell(daemon, why, failures));
      else tell(daemon, error, failures);
      return undefined;
    };
    const warn: Services['warn'] = (message, error) => {
      if (warned.has(message)) return;
      warned.add(message);
      if (events.hasHandlers) events.emit({ eventType: 'WARNING', message, error });
      else warnProcess(message, error);
    };
    const warnIfNewer = (found: number): void => {
      if (found <= REQUIRED_SCHEMA_VERSION) return;
      warn(
        `the schema ${JSON.stringify(schema)} is at version ${found}, newer than the ${REQUIRED_SCHEMA_VERSION} that ` +
          'this version of BearMQ was made for: it goes on working, but upgrade it soon',
      );
    };
    let schemaCheck: Promise<void> | undefined;
    const checkSchema: Services['checkSchema'] = () => {
      schemaCheck ??= checkSchemaVersion(driver, tables).then(warnIfNewer, (error: unknown) => {
        schemaCheck = undefined;
        throw error;
      });
      return schemaCheck;
    };
    const whyMissing: Services['whyMissing'] = async (error) => {
      schemaCheck = undefined; // the schema was changed since
      return await checkSchema().then(
        () => error,
        (problem: unknown) => (problem instanceof SchemaVersionError ? problem : error),
      );
    };
    this.schema = schema;
    this.#events = events;
    setServices(this, {
      driver,
      tables,
      settings,
      events,
      registry: new Registry(),
      enqueuer: new Enqueuer({
        driver,
        tables,
        onEnqueued: localWork.announce,
        onAnnouncementsFull: (error) => warn(FULL_WARNING, error),
        announcementsInTransactions: settings.wakeUp === 'poll' ? 'none' : 'sent',
        // A program that ends its client takes the last notification with it, and may: jobs are found without.
        onAnnounceFailed: (error) => {
          if (!isOfClosedClient(error)) reportError('notifier', error, 1);
        },
      }),
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

const CLOSED_WARNING =
  'the database client was ended before the workers and orchestrators were stopped: what they had not recorded yet is ' +
  'lost, and their jobs wait until the lease runs out; await stop() of each before you end the client';

/** With nobody listening, a warning of the process is the last place where a report can be seen. */
function warnProcess(message: string, error: unknown): void {
  const text = error === undefined ? message : `${message}: ${reasonOf(error)}`;
  process.emitWarning(text, 'BearMQ');
}
