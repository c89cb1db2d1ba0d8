import { InvalidOptionError } from '../errors.ts';
import { EVENT_TYPES } from '../event-types.ts';
import type { BearEvent, BearEventHandler, BearEventOf, BearEventType } from '../events.ts';
import { isFunction, oneOf } from '../options/check-options.ts';
import type { EventBus } from '../runtime/event-bus.ts';

/** What a definition needs to know of a Context: that it is one. What that can do beside stands on definitions. */
export abstract class ContextBase {
  /** The schema that this context works in. */
  readonly schema: string;
  readonly #events: EventBus<BearEvent>;

  constructor(schema: string, events: EventBus<BearEvent>) {
    this.schema = schema;
    this.#events = events;
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

  /**
   * Calls `handler` for the events of one type, as {@link addEventHandler} does for all. Events that nobody hears of are not
   * made; `DAEMON_ERROR` and `WARNING` that nobody hears of become warnings of the process.
   *
   * @returns a function that removes the handler.
   * @throws InvalidOptionError for a type that there is not, and for what is no function.
   *
   * @example
   * context.on('WORKER_JOB_EXPIRE', ({ jobName, jobId, error }) => log.error({ jobName, jobId, error }, 'a job has failed'))
   */
  on<TType extends BearEventType>(eventType: TType, handler: (event: BearEventOf<TType>) => unknown): () => void {
    const [ofType, ofHandler] = [isEventType(eventType), isFunction(handler)];
    if (ofType !== undefined) throw new InvalidOptionError('Context.on.eventType', ofType);
    if (ofHandler !== undefined) throw new InvalidOptionError('Context.on.handler', ofHandler);
    return this.#events.subscribe(handler as BearEventHandler, eventType);
  }
}

const isEventType = oneOf(...EVENT_TYPES);
