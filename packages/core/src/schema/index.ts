export { backoffMs } from '../driver/timers.ts';
export { unchecked } from '../options/check-options.ts';
export {
  CLAIMED_COLUMNS,
  type ClaimedColumn,
  claimedRow,
  GIVEN_COLUMNS,
  JOB_COLUMNS,
  type JobColumnName,
  KEPT_COLUMNS,
} from './job-columns.ts';
export { lineUp } from './line-up.ts';
export { asBoolean, asNullable, asNumber, asText } from './read-value.ts';
export { quoteLiteral, withServerTypes } from './sql-text.ts';
export { notificationChannel, type Tables, tablesOf } from './tables.ts';
export { waitingLanes } from './waiting-lanes.ts';
