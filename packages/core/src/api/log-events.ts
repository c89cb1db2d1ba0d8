import type { Context } from '../context.ts';
import { InvalidOptionError } from '../errors.ts';
import type { BearEvent } from '../events.ts';
import { reasonOf } from '../messages.ts';
import { checkOptions, hasMethods, oneOf } from '../options/check-options.ts';

type Log = (fields: object, message: string) => unknown;

/** Where {@link logEvents} writes: a logger of pino, or anything that is called like one. */
export interface EventLogger {
  debug: Log;
  info: Log;
  warn: Log;
  error: Log;
}

/** The options of {@link logEvents}. */
export interface LogEventsOptions {
  /**
   * The least that is logged: `debug`, `info`, `warn` or `error`. What is below costs next to nothing.
   *
   * @defaultValue `debug`: all, for the logger to choose from
   */
  readonly level?: keyof EventLogger;
}

/**
 * Logs every event of a context in this process: the fields of the event, without its payload (no event has one), and a
 * message of a few words. What was thrown is there as `error`, its message, and `stack`.
 *
 * - `error`: a job is out of attempts, an outcome cannot be recorded, a handler or a background task failed (of many
 *   failures in a row the 1st, the 10th, the 100th …)
 * - `warn`: an attempt failed, a claim was lost, a run takes too long or ended too late, jobs were rescued, a `WARNING`
 * - `info`: a job was cancelled, retried or deleted through the context
 * - `debug`: all that happens to a job that does what it should
 *
 * @returns a function that ends it.
 * @throws InvalidOptionError for what is no logger, and an option that is unknown or of the wrong type.
 *
 * @example
 * logEvents(context, pino());
 */
export function logEvents(context: Context, logger: EventLogger, options: LogEventsOptions = {}): () => void {
  const problem = isLogger(logger);
  if (problem !== undefined) throw new InvalidOptionError('logEvents.logger', problem);
  const { level = 'debug' } = checkOptions('logEvents', options, { level: oneOf(...LEVELS) });
  const least = LEVELS.indexOf(level);
  return context.addEventHandler((event) => {
    const of = LEVEL_OF[event.eventType];
    if (LEVELS.indexOf(of) < least || !isTold(event)) return;
    logger[of](fieldsOf(event), messageOf(event));
  });
}

const LEVELS: readonly (keyof EventLogger)[] = ['debug', 'info', 'warn', 'error'];

const isLogger = hasMethods(LEVELS, 'must be a logger with the methods debug, info, warn and error, such as pino()');

/** A new event has to say how much it matters. */
const LEVEL_OF: Readonly<Record<BearEvent['eventType'], keyof EventLogger>> = {
  JOB_DEFINITION_JOB_ENQUEUE: 'debug',
  JOB_DEFINITION_JOB_SKIP: 'debug',
  JOB_DEFINITION_JOB_REPLACE: 'debug',
  WORKER_JOB_DEQUEUE: 'debug',
  WORKER_JOB_RUN: 'debug',
  WORKER_JOB_RUN_SUCCESS: 'debug',
  WORKER_JOB_RUN_ERROR: 'warn',
  WORKER_JOB_EXPIRE: 'error',
  WORKER_JOB_SNOOZE: 'debug',
  WORKER_JOB_CANCEL: 'debug',
  CONTEXT_JOB_CANCEL: 'info',
  CONTEXT_JOB_RETRY: 'info',
  CONTEXT_JOB_DELETE: 'info',
  WORKER_JOB_RELEASE: 'debug',
  WORKER_JOB_LOSE: 'warn',
  WORKER_JOB_TIMEOUT: 'warn',
  WORKER_JOB_OVERRUN: 'warn',
  WORKER_JOB_LATE_END: 'warn',
  WORKER_JOB_LATE_ERROR: 'warn',
  WORKER_JOB_SETTLE_ERROR: 'error',
  WORKER_JOB_RESCUE: 'warn',
  WORKER_JOB_GROUP_UNLOCK: 'warn',
  ORCHESTRATOR_JOB_RESCUE: 'warn',
  ORCHESTRATOR_JOB_GROUP_UNLOCK: 'warn',
  ORCHESTRATOR_SCHEDULE_SKIP: 'info',
  ORCHESTRATOR_JOB_SCHEDULE: 'debug',
  ORCHESTRATOR_JOB_DELETE: 'debug',
  ORCHESTRATOR_JOB_GROUP_DELETE: 'debug',
  DAEMON_ERROR: 'error',
  WARNING: 'warn',
  EVENT_HANDLER_ERROR: 'error',
};

/** An outage fails a background task every few seconds: of those in a row the 1st, 10th, 100th … tell all there is. */
function isTold(event: BearEvent): boolean {
  return event.eventType !== 'DAEMON_ERROR' || Number.isInteger(Math.log10(event.failures));
}

function messageOf(event: BearEvent): string {
  if (event.eventType === 'WARNING') return event.message;
  if (event.eventType === 'DAEMON_ERROR') return `the ${event.daemon} failed, and will be tried again`;
  return event.eventType.toLowerCase().replaceAll('_', ' ');
}

/** Its cause is left out: that of a database's error may hold the row that was refused. What is the message is not told twice. */
function fieldsOf(event: BearEvent): object {
  const { message: _told, ...fields } = { message: undefined, ...event };
  if (!('error' in fields) || fields.error === undefined) return fields;
  const { error, ...rest } = fields;
  const stack = error instanceof Error && typeof error.stack === 'string' ? { stack: error.stack } : {};
  return { ...rest, error: reasonOf(error), ...stack };
}
