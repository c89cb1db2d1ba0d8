import { afterEach, beforeEach } from '@jest/globals';

/**
 * Lets a test send itself a signal: the handlers that it has set since it began are called, and waited for. A real one
 * would reach Jest. (apps/examples sends real ones, to processes of their own.)
 */
export function useSignals(): (signal: 'SIGINT' | 'SIGTERM') => Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const known = new Map<string, readonly NodeJS.SignalsListener[]>();
  const fresh = (signal: (typeof signals)[number]): readonly NodeJS.SignalsListener[] =>
    process.listeners(signal).filter((listener) => known.get(signal)?.includes(listener) !== true);
  beforeEach(() => {
    for (const signal of signals) known.set(signal, process.listeners(signal));
  });
  afterEach(() => {
    for (const signal of signals) for (const listener of fresh(signal)) process.removeListener(signal, listener);
  });
  return async (signal) => {
    const listeners = fresh(signal);
    if (listeners.length === 0) throw new Error(`nobody handles ${signal}`);
    // Declared as `void`, but the handlers of these tests give a promise.
    await Promise.all(listeners.map((listener): unknown => listener(signal)));
  };
}
