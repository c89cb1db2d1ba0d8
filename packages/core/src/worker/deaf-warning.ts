/** Said once, when a process finds that it listens and hears nothing. */
export const DEAF_WARNING: string =
  'notifications do not arrive on this connection (a pooler in transaction mode, perhaps): idle workers poll instead, ' +
  'and a process whose event loop is blocked for longer than its lease is taken for dead. Give workers a direct ' +
  "connection, or say wakeUp: 'poll' to accept this";
