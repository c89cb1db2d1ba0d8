const INTERVAL_MS = 25;
const DEADLINE_MS = 30_000;

/** Asks again and again until `holds` is true; fails with `what` at the deadline. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms until ${what}`);
    await new Promise((next) => setTimeout(next, INTERVAL_MS));
  }
}
