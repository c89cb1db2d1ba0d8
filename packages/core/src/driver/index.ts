export { BearError, InvalidOptionError } from '../errors.ts';
export { AnswerPatience } from './answer-patience.ts';
export {
  DatabaseError,
  type DatabaseErrorDetails,
  isOfClosedClient,
  ofClosedClient,
  toDatabaseError,
} from './database-error.ts';
export type {
  Driver,
  NotificationListener,
  OwnSession,
  SqlRow,
  SqlSession,
  SqlStatement,
  SqlValue,
  Subscription,
} from './driver.ts';
export { InvalidIdentifierError, quoteIdentifier, quoteLiteral, withServerTypes } from './identifiers.ts';
export {
  CLAIMED_COLUMNS,
  type ClaimedColumn,
  claimedRow,
  GIVEN_COLUMNS,
  JOB_COLUMNS,
  type JobColumnName,
  KEPT_COLUMNS,
} from './job-columns.ts';
export type { ListeningConnection, ListeningRequest } from './listening-connection.ts';
export {
  anything,
  type Check,
  checkOptions,
  hasMethods,
  isFunction,
  listOf,
  nameOf,
  numberIn,
  oneOf,
  reading,
  withDefaults,
} from './options.ts';
export { Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';
export { notificationChannel, type Tables, tablesOf } from './tables.ts';
export { backoffMs, elapsedMs, pause, within } from './timers.ts';
export { asBoolean, asNullable, asNumber, asText, toArrayLiteral } from './values.ts';
