import { useEffect, useState } from 'preact/hooks';

/** A value that parts of the page share, and that tells them when it has changed. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    const seen = store.get();
    const unsubscribe = store.subscribe(() => redraw((n) => n + 1));
    // It may have changed between the first drawing and this.
    if (!Object.is(seen, store.get())) redraw((n) => n + 1);
    return unsubscribe;
  }, [store]);
  return store.get();
}
