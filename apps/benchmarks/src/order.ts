import type { Payload } from './payload.ts';

/** Watches that the jobs of each group start in the order of their enqueueing. */
export class Order {
  readonly #last = new Map<string, number>();
  #wrong = 0;

  note({ group, nth }: Payload): void {
    if (group === undefined || nth === undefined) return;
    if ((this.#last.get(group) ?? -1) !== nth - 1) this.#wrong += 1;
    this.#last.set(group, nth);
  }

  complaint(): string | undefined {
    return this.#wrong > 0 ? `${this.#wrong} jobs ran out of order within their group` : undefined;
  }
}
