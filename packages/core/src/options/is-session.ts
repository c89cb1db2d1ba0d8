import { type Check, hasMethods } from './check-options.ts';

/** A transaction of the caller's, as far as that can be seen. */
export const isSession: Check = hasMethods(
  ['run'],
  "must be your transaction as your client's from… function gives it, such as fromPg(client)",
);
