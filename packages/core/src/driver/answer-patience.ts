import type { SqlStatement } from './driver.ts';

/** How long a statement that may be repeated waits for its answer at first. */
const FIRST_MS = 5_000;

/**
 * How long a driver waits for the answer to a statement by itself.
 *
 * One connection of a pool may be dead without a word: a firewall forgot it. Whoever sends one statement at a time stands
 * still until that statement is given up. Where a statement may be sent again, that is after 5 seconds; but one that was
 * only slow would be given up for ever, so the next of that name has twice the time.
 *
 * It asks for plain calls, and no promise is wrapped in another: it is on the way of every statement.
 */
export class AnswerPatience {
  readonly #longestMs: number;
  /** For statements by their name; those that are not here have the first. */
  readonly #ms = new Map<string, number>();

  /** @param longestMs for statements that nobody repeats, and the limit for the others. */
  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** After how many milliseconds the statement is to be given up; `Infinity`: never. */
  limitMs({ name, mayTakeLong, mayBeRepeated }: SqlStatement): number {
    if (mayTakeLong === true) return Infinity;
    if (mayBeRepeated !== true) return this.#longestMs;
    return Math.min(this.#ms.get(name) ?? FIRST_MS, this.#longestMs);
  }

  /** Learns from an answer that came after so many milliseconds, to a statement that had the limit given. */
  answered({ name, mayTakeLong, mayBeRepeated }: SqlStatement, limitMs: number, tookMs: number): void {
    if (mayBeRepeated !== true || mayTakeLong === true) return;
    const nextMs = Math.max(FIRST_MS, limitMs / 2, 4 * tookMs);
    if (nextMs > FIRST_MS) this.#ms.set(name, nextMs);
    else if (limitMs > FIRST_MS) this.#ms.delete(name);
  }

  /** Learns from a statement that failed, or was given up, after so many milliseconds. */
  failed({ name, mayTakeLong, mayBeRepeated }: SqlStatement, limitMs: number, tookMs: number): void {
    if (mayBeRepeated === true && mayTakeLong !== true && tookMs >= limitMs) this.#ms.set(name, 2 * limitMs);
  }
}
