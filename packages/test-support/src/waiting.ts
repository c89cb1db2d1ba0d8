/** Long enough for a loaded machine, short enough to be told before the time limit of a test is over. */
export const DEADLINE_MS = 45_000;
const INTERVAL_MS = 10;

/** What ends the waiting: anything but `undefined` and `false`. */
type Found<T> = Exclude<T, undefined | false>;

/**
 * Asks again and again, every 10 ms, until `probe` gives a value that is neither undefined nor false, and resolves to it.
 *
 * @param deadlineMs 45 seconds unless given
 * @param describe what else the error says, asked when it is made
 * @throws after the deadline, an error that says what was waited for; what `probe` throws
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs: number = DEADLINE_MS,
  describe?: () => string,
): Promise<Found<T>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value as Found<T>;
    // Only now, so that a process that was not scheduled for long has one more look before it gives up.
    if (performance.now() > end) {
      const details = describe === undefined ? '' : `\n${describe()}`;
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}${details}`);
    }
    await new Promise((next) => setTimeout(next, INTERVAL_MS));
  }
}

/** Settles as the promise does; rejects after 45 seconds, saying what was waited for. */
export async function soon<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${DEADLINE_MS} ms in vain: ${what}`)), DEADLINE_MS);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
