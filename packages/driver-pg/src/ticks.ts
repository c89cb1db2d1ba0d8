const { nextTick } = process;

/**
 * Makes the call with the process's own `nextTick`. A pool of node-postgres asks for that before it gives a waiting query
 * to an idle connection; where the fake timers of a test hold it back, the query is never sent, also when the timers are
 * real again, unless somebody else uses the pool. Only what is a fake of them is passed by, not what traces calls.
 */
export function withRealTicks<T>(call: () => T): T {
  const current = process.nextTick;
  if (current === nextTick || !('clock' in current)) return call();
  process.nextTick = nextTick;
  try {
    return call();
  } finally {
    process.nextTick = current;
  }
}
