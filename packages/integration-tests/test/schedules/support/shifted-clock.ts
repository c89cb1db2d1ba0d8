/** Has this process's time of day be wrong while `work` is going on. Timers, and the clock that only grows, go on. */
export async function withShiftedClock<T>(byMs: number, work: () => Promise<T>): Promise<T> {
  const Real = Date;
  class Shifted extends Real {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [Shifted.now()] : given) as [number]));
    }

    static override now(): number {
      return Real.now() + byMs;
    }
  }
  globalThis.Date = Shifted as DateConstructor;
  try {
    return await work();
  } finally {
    globalThis.Date = Real;
  }
}
