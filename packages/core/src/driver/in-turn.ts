/** The last piece of work on each connection, settled or not; what comes next waits for it. */
const tails = new WeakMap<object, Promise<unknown>>();

/**
 * Does one piece of work at a time for each connection, in the order in which they were asked for; the first one at
 * once. For clients that have no queue of their own, or had better not use it, as node-postgres. Kept by connection, not
 * by session, because a caller may make a new session for each call.
 */
export function inTurn<T>(connection: object, work: () => Promise<T>): Promise<T> {
  const before = tails.get(connection);
  const result = before === undefined ? work() : before.then(work);
  const settled = result.then(ignore, ignore).then(() => {
    if (tails.get(connection) === settled) tails.delete(connection);
  });
  tails.set(connection, settled);
  return result;
}

function ignore(): void {}
