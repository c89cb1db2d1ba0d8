const INTERVAL_MS = 20;
const DEADLINE_MS = 15_000;

/** Resolves once `probe` is true. Rejects at the deadline, with what `describe` says then. */
export async function until(
  what: string,
  probe: () => boolean | Promise<boolean>,
  describe: () => string = () => '',
): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms until ${what}\n${describe()}`);
    await new Promise((next) => setTimeout(next, INTERVAL_MS));
  }
}
