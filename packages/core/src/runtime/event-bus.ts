import { outside } from './async-context.ts';

/** A handler, and of which type of event it hears; `null`: of all. */
interface Entry<TEvent> {
  readonly type: string | null;
  readonly call: (event: TEvent) => unknown;
}

/** Typed emit to any number of handlers. A handler that throws or rejects is reported, never propagated. */
export class EventBus<TEvent extends { readonly eventType: string }> {
  readonly #onHandlerError: (error: unknown, event: TEvent) => void;
  #entries: readonly Entry<TEvent>[] = [];
  #isAllHeard = false;
  #heard: ReadonlySet<string> | undefined;

  constructor(onHandlerError: (error: unknown, event: TEvent) => void) {
    this.#onHandlerError = onHandlerError;
  }

  /** Whether anybody hears of events of this type: the hot path makes none for nobody. */
  hears(type: TEvent['eventType']): boolean {
    return this.#isAllHeard || this.#heard?.has(type) === true;
  }

  /**
   * Adds a handler of all events, or of those of one type; it is called outside of the context of who adds it, and of who
   * emits. Returns a function that removes it. The same function added twice is called twice.
   */
  subscribe(handler: (event: TEvent) => unknown, type: string | null = null): () => void {
    const entry: Entry<TEvent> = { type, call: (event) => outside(() => handler(event)) };
    this.#keep([...this.#entries, entry]);
    return () => this.#keep(this.#entries.filter((other) => other !== entry));
  }

  emit(event: TEvent): void {
    for (const { type, call } of this.#entries) {
      if (type !== null && type !== event.eventType) continue;
      try {
        const result = call(event);
        if (isThenable(result)) result.then(undefined, (error: unknown) => this.#onHandlerError(error, event));
      } catch (error) {
        this.#onHandlerError(error, event);
      }
    }
  }

  #keep(entries: readonly Entry<TEvent>[]): void {
    this.#entries = entries;
    this.#isAllHeard = entries.some(({ type }) => type === null);
    const types = entries.flatMap(({ type }) => (type === null ? [] : [type]));
    this.#heard = types.length === 0 ? undefined : new Set(types);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
