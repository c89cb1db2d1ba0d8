/** The exit code of a run that was interrupted. */
export const INTERRUPTED = 130;
/** Some launchers pass on a Ctrl-C that the terminal has delivered already: what comes so soon is the same one. */
const SAME_PRESS_MS = 200;

/**
 * Aborts the signal on the first Ctrl-C or SIGTERM, and when nobody reads our output any more (`| head`), for a graceful
 * end. The second Ctrl-C ends the process at once.
 */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const interrupt = (): void => {
    const now = performance.now();
    first ??= now;
    if (first === now) controller.abort();
    else if (now - first > SAME_PRESS_MS) process.exit(INTERRUPTED);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => controller.abort());
  return controller.signal;
}
