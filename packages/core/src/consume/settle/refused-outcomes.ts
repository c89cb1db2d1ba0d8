/** How long to wait after the first refusal, in milliseconds, and how many times as long after each further one. */
const FIRST_PAUSE_MS = 200;
const PAUSE_FACTOR = 4;
const LONGEST_PAUSE_MS = 10_000;

interface Refused {
  readonly refusals: number;
  readonly dueAt: number;
}

/** Outcomes that the database refused to record, each with a pause of its own, so that the others do not wait for them. */
export class RefusedOutcomes<TOutcome> {
  readonly #refused = new Map<TOutcome, Refused>();

  get size(): number {
    return this.#refused.size;
  }

  all(): Iterable<TOutcome> {
    return this.#refused.keys();
  }

  /** It was refused (again). Returns how often that is now. */
  note(outcome: TOutcome, now: number): number {
    const refusals = (this.#refused.get(outcome)?.refusals ?? 0) + 1;
    const pause = Math.min(FIRST_PAUSE_MS * PAUSE_FACTOR ** (refusals - 1), LONGEST_PAUSE_MS);
    this.#refused.set(outcome, { refusals, dueAt: now + pause });
    return refusals;
  }

  /** It was recorded, or given up. */
  delete(outcome: TOutcome): void {
    this.#refused.delete(outcome);
  }

  /** Somebody waits for these: none pauses for longer than after its first refusal. */
  hurry(outcomes: ReadonlySet<TOutcome>, now: number): void {
    for (const [outcome, { refusals, dueAt }] of this.#refused) {
      if (!outcomes.has(outcome)) continue;
      this.#refused.set(outcome, { refusals, dueAt: Math.min(dueAt, now + FIRST_PAUSE_MS) });
    }
  }

  /** Those whose pause is over. They stay here until they are noted again or deleted. */
  due(now: number): readonly TOutcome[] {
    return [...this.#refused].filter(([, { dueAt }]) => dueAt <= now).map(([outcome]) => outcome);
  }

  /** How long until the next one is due, in milliseconds; `Infinity` when there is none. */
  untilDue(now: number): number {
    let next = Infinity;
    for (const { dueAt } of this.#refused.values()) next = Math.min(next, dueAt);
    return Math.max(0, next - now);
  }
}
