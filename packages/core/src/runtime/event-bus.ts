import { outside } from './async-context.ts';

/** Typed emit to any number of handlers. A handler that throws or rejects is reported, never propagated. */
export class EventBus<TEvent> {
  readonly #onHandlerError: (error: unknown, event: TEvent) => void;
  #handlers: readonly ((event: TEvent) => unknown)[] = [];

  constructor(onHandlerError: (error: unknown, event: TEvent) => void) {
    this.#onHandlerError = onHandlerError;
  }

  /** Whether anybody listens: the hot path makes no events for nobody. */
  get hasHandlers(): boolean {
    return this.#handlers.length > 0;
  }

  /** Adds a handler; it is called outside of the context of who adds it, and of who emits. Returns a function that removes it. The same function added twice is called twice. */
  subscribe(handler: (event: TEvent) => unknown): () => void {
    const entry = (event: TEvent): unknown => outside(() => handler(event));
    this.#handlers = [...this.#handlers, entry];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== entry);
    };
  }

  emit(event: TEvent): void {
    for (const handler of this.#handlers) {
      try {
        const result = handler(event);
        if (isThenable(result)) result.then(undefined, (error: unknown) => this.#onHandlerError(error, event));
      } catch (error) {
        this.#onHandlerError(error, event);
      }
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
