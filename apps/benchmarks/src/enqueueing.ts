import type { NewJob, Queue } from './contestant.ts';
import { payload } from './payload.ts';

/** What a bulk call is given. */
export const BULK = 1_000;

/** Makes calls, `inFlight` at a time, until `call` has no more. */
export async function keepGoing(inFlight: number, call: () => Promise<unknown> | undefined): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let called = call(); called !== undefined; called = call()) await called;
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

export const plain = (n: number): NewJob => ({ payload: payload(n) });

/** Enqueues the jobs of the numbers below `count` in bulk, one call after the other. */
export async function fill(
  queue: Queue,
  count: number,
  job: (n: number) => NewJob = plain,
  bulk: number = BULK,
): Promise<void> {
  for (let from = 0; from < count; from += bulk) {
    const length = Math.min(bulk, count - from);
    await queue.enqueueMany(Array.from({ length }, (_, i) => job(from + i)));
  }
}
