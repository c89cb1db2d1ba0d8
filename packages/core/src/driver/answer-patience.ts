import type { SqlStatement } from './driver.ts';
import { elapsedMs } from './timers.ts';

/** How long a statement that may be repeated waits for its answer at first. */
const FIRST_MS = 5_000;

/**
 * How long a driver waits for the answer to a statement by itself.
 *
 * One connection of a pool may be dead without a word: a firewall forgot it. Whoever sends one statement at a time stands
 * still until that statement is given up. Where a statement may be sent again, that is after 5 seconds; but one that was
 * only slow would be given up for ever, so the next of that name has twice the time.
 */
export class AnswerPatience {
  readonly #longestMs: number;
  readonly #ms = new Map<string, number>();

  /** @param longestMs for statements that nobody repeats, and the limit for the others. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** Has `send` give the statement up after so many milliseconds, and learns from how long it takes. */
  async keep<T>({ name, mayTakeLong, mayBeRepeated }: SqlStatement, send: (ms: number) => Promise<T>): Promise<T> {
    if (mayTakeLong === true) return await send(Infinity);
    if (mayBeRepeated !== true) return await send(this.#longestMs);
    const ms = Math.min(this.#ms.get(name) ?? FIRST_MS, this.#longestMs);
    const sentAt = elapsedMs();
    try {
      const answer = await send(ms);
      this.#ms.set(name, Math.max(FIRST_MS, ms / 2, 4 * (elapsedMs() - sentAt)));
      return answer;
    } catch (error) {
      if (elapsedMs() - sentAt >= ms) this.#ms.set(name, 2 * ms);
      throw error;
    }
  }
}
