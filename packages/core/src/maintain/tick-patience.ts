import type { Clock } from '../runtime/clock.ts';

/** How long the hooks and the codec may take for ticks that are due together, in seconds. */
const PATIENCE_SECS = 5;

/**
 * Waits for what calls the hooks and the codec, which are the user's: one that never ends would hold up all ticks, and
 * `stop()`. What ends later still counts, once: a schedule that has been advanced since is not advanced by it.
 *
 * @throws Error where it has not ended in time.
 */
export function patiently<T>(work: Promise<T>, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void =>
      reject(
        new Error(`the hooks of the context, or its payloadCodec, have not ended within ${PATIENCE_SECS} seconds`),
      );
    const cancel = clock.after(PATIENCE_SECS * 1000, giveUp);
    work.then(resolve, reject).finally(cancel);
  });
}
