import assert from 'node:assert/strict';

/** Long enough for a loaded machine, short enough to be told before a runner's own time limit. */
const DEADLINE_MS = 15_000;
/** What runners that take a time limit with a case are given, so that their own, lower default does not cut it off. */
export const CASE_LIMIT_MS = 20_000;
const PROBE_PAUSE_MS = 10;

/** Settles as `promise` does; fails when that takes too long, saying what was waited for. */
export async function soon<T>(what: string | (() => string), promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate(typeof what === 'string' ? what : what())), DEADLINE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Asks again and again until `probe` gives something other than `undefined`; fails when that takes too long. */
export async function eventually<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const until = performance.now() + DEADLINE_MS;
  for (;;) {
    const found = await soon(what, probe());
    if (found !== undefined) return found;
    if (performance.now() > until) throw tooLate(what);
    await new Promise((resolve) => setTimeout(resolve, PROBE_PAUSE_MS));
  }
}

/** A door that is closed until opened. */
export class Gate {
  readonly opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open();
  }
}

/** Things that happened, in order, to be waited for. */
export class Journal<T> {
  readonly #entries: T[] = [];
  readonly #waiting = new Set<() => void>();

  /** All entries so far. */
  get entries(): readonly T[] {
    return [...this.#entries];
  }

  add(entry: T): void {
    this.#entries.push(entry);
    for (const wake of this.#waiting) wake();
  }

  /** Waits until an entry (of those after the first `after`) passes the test. */
  async until(what: string, test: (entry: T) => boolean, after = 0): Promise<T> {
    return await soon(
      () => `${what}; so far: ${JSON.stringify(this.#entries).slice(0, 1_000)}`,
      new Promise<T>((resolve) => {
        const look = (): void => {
          const found = this.#entries.slice(after).find(test);
          if (found === undefined) return;
          this.#waiting.delete(look);
          resolve(found);
        };
        this.#waiting.add(look);
        look();
      }),
    );
  }
}

function tooLate(what: string): Error {
  return new assert.AssertionError({ message: `waited ${DEADLINE_MS} ms in vain: ${what}` });
}
