import { setTimeout as wait } from 'node:timers/promises';
import type { World } from '../faults/fault.ts';
import { Missed } from '../faults/missed.ts';
import type { Tell } from '../ledger/ledger-file.ts';
import type { Strike } from './schedule.ts';

export interface StrikingOptions {
  readonly strikes: readonly Strike[];
  readonly secs: number;
  readonly note: (text: string) => void;
  readonly tell: Tell;
  readonly interrupted: AbortSignal;
}

/** How often a fault was applied, and how often another came in its way. */
export interface Struck {
  applied: number;
  missed: number;
}

/** Lets each fault strike at its time, whatever else is going on; resolves when all are over. */
export async function strikeAll(
  { strikes, secs, note, tell, interrupted }: StrikingOptions,
  worldOf: (nth: number) => World,
): Promise<ReadonlyMap<string, Struck>> {
  const struck = new Map<string, Struck>();
  const startedAt = performance.now();
  const until = async (ms: number): Promise<unknown> =>
    await wait(Math.max(0, startedAt + ms - performance.now()), undefined, { signal: interrupted });
  const underWay: Promise<void>[] = [];
  for (const { atMs, fault, nth } of strikes) {
    await until(atMs);
    const strike = async (): Promise<void> => {
      const count = struck.get(fault.name) ?? { applied: 0, missed: 0 };
      struck.set(fault.name, count);
      tell({ kind: 'fault', fault: fault.name, text: 'begins' });
      let text: string;
      try {
        text = await fault.strike(worldOf(nth));
        count.applied += 1;
      } catch (error) {
        if (!(error instanceof Missed)) throw error;
        text = `missed: ${error.message}`;
        count.missed += 1;
      }
      tell({ kind: 'fault', fault: fault.name, text });
      note(`${fault.name}: ${text}`);
    };
    const running = strike();
    running.catch(() => {}); // is awaited below
    underWay.push(running);
  }
  await until(secs * 1000);
  await Promise.all(underWay);
  return struck;
}
