import { systemClock } from '../runtime/clock.ts';
import type { Services } from '../services/services.ts';
import { repeatPass } from './repeats.ts';
import { TickPass } from './tick-pass.ts';

/** A pass that is to be followed by another at once says so by this or less, in milliseconds. */
const AT_ONCE_MS = 1;

/**
 * Enqueues the ticks that are due now, of `repeatSecs` and of schedules, for who has no orchestrator.
 *
 * @param endAt after which no further pass is begun, by this process's clock.
 * @returns when the next tick is due, by that clock; `Infinity` for none.
 */
export async function fireDue(services: Services, endAt: number): Promise<number> {
  const { registry, enqueuer, hooks } = services;
  const options = { services, pollMs: Infinity, onFired: () => void enqueuer.announce() };
  const ticks = new TickPass(options, systemClock);
  const { signal } = new AbortController();
  const pass = async (): Promise<number> => {
    const repeating = registry.repeating();
    const waitMs = repeating.length === 0 ? Infinity : await repeatPass(options, repeating);
    return Math.min(waitMs, await ticks.run(signal));
  };
  let waitMs: number;
  do waitMs = await hooks.around('scheduler', pass);
  while (waitMs <= AT_ONCE_MS && systemClock.now() < endAt);
  return systemClock.now() + waitMs;
}
