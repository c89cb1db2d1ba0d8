import { clearTimeout } from '../real-timers.ts';
import { alarm, elapsedMs } from './timers.ts';

/** A timer may fire this much before its time, by the clock that is asked here. */
const EARLY_MS = 1;

/**
 * Tells of what is not over in time, by one timer for all of it: a statement has a deadline that it nearly never meets,
 * and a timer of its own would be made and thrown away for each.
 *
 * The timer is set for the earliest deadline there was, over or not, and then for the earliest of those that are left. As
 * long as there are any it keeps the process alive.
 */
export class Deadlines {
  readonly #dueAt = new Map<() => void, number>();
  #timer: ReturnType<typeof alarm> | undefined;
  #firesAt = Infinity;

  /** Calls `late` once in `ms` milliseconds, unless {@link end} is called with it before. A function for each. */
  begin(late: () => void, ms: number): void {
    const dueAt = elapsedMs() + ms;
    if (this.#dueAt.size === 0) (this.#timer as Partial<NodeJS.Timeout> | undefined)?.ref?.();
    this.#dueAt.set(late, dueAt);
    if (dueAt < this.#firesAt) this.#set(dueAt);
  }

  end(late: () => void): void {
    const wasThere = this.#dueAt.delete(late);
    if (wasThere && this.#dueAt.size === 0) (this.#timer as Partial<NodeJS.Timeout> | undefined)?.unref?.();
  }

  #set(dueAt: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = dueAt;
    this.#timer = alarm(Math.max(0, dueAt - elapsedMs()), () => this.#sweep());
  }

  #sweep(): void {
    this.#timer = undefined;
    this.#firesAt = Infinity;
    const now = elapsedMs() + EARLY_MS;
    const late: (() => void)[] = [];
    let nextAt = Infinity;
    for (const [one, dueAt] of this.#dueAt) {
      if (dueAt <= now) late.push(one);
      else nextAt = Math.min(nextAt, dueAt);
    }
    for (const one of late) this.#dueAt.delete(one);
    if (nextAt < Infinity) this.#set(nextAt);
    for (const one of late) one();
  }
}
