export { InvalidOptionError } from '../errors.ts';
export {
  type Check,
  checkOptions,
  hasMethods,
  numberIn,
  oneOf,
  readSafely,
  withDefaults,
} from '../options/check-options.ts';
export { AnswerPatience } from './answer-patience.ts';
export {
  DatabaseError,
  type DatabaseErrorDetails,
  hasSqlState,
  ofClosedClient,
  toDatabaseError,
} from './database-error.ts';
export { Deadlines } from './deadlines.ts';
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
export { EndableSession } from './endable-session.ts';
export { InvalidIdentifierError, quoteIdentifier } from './identifiers.ts';
export { inTurn } from './in-turn.ts';
export type { ListeningConnection, ListeningRequest } from './listening-connection.ts';
export { SQL_STATES } from './sql-states.ts';
export { Subscriptions, type SubscriptionsOptions } from './subscriptions.ts';
export { elapsedMs, pause, withTimeout } from './timers.ts';
export { checkedValues, toArrayLiteral } from './values.ts';
