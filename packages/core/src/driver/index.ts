export { BearError, InvalidOptionError } from '../errors.ts';
export { DatabaseError, type DatabaseErrorDetails, toDatabaseError } from './database-error.ts';
export type {
  Driver,
  NotificationListener,
  SqlRow,
  SqlSession,
  SqlStatement,
  SqlValue,
  Subscription,
} from './driver.ts';
export { InvalidIdentifierError, quoteIdentifier, quoteLiteral } from './identifiers.ts';
export { notificationChannel, type Tables, tablesOf } from './tables.ts';
export { asBoolean, asNullable, asNumber, asText, toArrayLiteral } from './values.ts';
