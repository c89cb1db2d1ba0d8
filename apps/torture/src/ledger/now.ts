/**
 * The machine's monotonic clock, in milliseconds: one for all processes of a machine, and no change of the time of day
 * moves it. It goes on while a process is stopped.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
