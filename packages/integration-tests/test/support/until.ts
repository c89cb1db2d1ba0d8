import { DEADLINE_MS } from './events.ts';

const INTERVAL_MS = 10;

/** Resolves to the first value of `probe` that is neither undefined nor false. Rejects at the deadline, with its name. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs: number = DEADLINE_MS,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms until ${what}`);
    await new Promise((next) => setTimeout(next, INTERVAL_MS));
  }
}

/** A promise and the means to settle it: the way in which tests and work functions meet. */
export function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
