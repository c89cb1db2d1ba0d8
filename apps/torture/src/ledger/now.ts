/**
 * The machine's monotonic clock, in milliseconds: one for all processes of a machine, and no change of the time of day
 * moves it. It goes on while a process is stopped.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Between two looks at the same clock, in milliseconds: more only where somebody else had the processor. */
const AT_ONCE_MS = 0.2;

/** Both clocks as they are at one moment: a time of day that was read after a pause would belong to another. */
export function bothClocks(
  monotonic: () => number = monotonicMs,
  timeOfDay: () => number = Date.now,
): { readonly at: number; readonly wall: number } {
  for (;;) {
    const at = monotonic();
    const wall = timeOfDay();
    if (monotonic() - at < AT_ONCE_MS) return { at, wall };
  }
}
