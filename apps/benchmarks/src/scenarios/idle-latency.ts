import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import type { Queue } from '../contestant.ts';
import { complaints } from '../drain-figures.ts';
import { Ledger } from '../ledger.ts';
import { type Ran, wayThere } from '../legs.ts';
import { now, payload } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Scenario } from '../scenario.ts';
import { within } from '../work-off.ts';

const WARM_UP = 20;
const PAUSE_MS = 10;

/** From the call that enqueues to the start of the work, one job at a time, on a queue that is idle otherwise. */
export function idleLatency({ pings }: Profile): Scenario {
  return {
    id: 'idle-latency',
    title: `idle latency, ${pings} single jobs`,
    purpose: 'latency',
    basic: true,
    run: async ({ open, limitSecs }) => {
      // Two connections to the queue, as in two processes: the worker hears of the job from the queue alone.
      const from = await open();
      const to = await open();
      const { runs, waits, complaint, note } = await ping({ from, to, pings, limitSecs });
      const more = note === undefined ? {} : { note };
      return {
        figures: [
          { what: 'p50', value: percentile(waits, 0.5), unit: 'ms', ...more },
          { what: 'p95', value: percentile(waits, 0.95), unit: 'ms', ...more },
          { what: 'p99', value: percentile(waits, 0.99), unit: 'ms', ...more },
          ...wayThere(runs, from.sent?.(), to.sent?.()),
        ],
        ...complaints(complaint),
      };
    },
  };
}

export interface Pings {
  readonly from: Queue;
  readonly to: Queue;
  readonly pings: number;
  readonly limitSecs: number;
}

/** Enqueues a job when the one before has run and some time has passed; the first jobs do not count. */
export async function ping({ from, to, pings, limitSecs }: Pings): Promise<{
  readonly runs: readonly Ran[];
  readonly waits: readonly number[];
  readonly complaint: string | undefined;
  readonly note: string | undefined;
}> {
  const runs: Ran[] = [];
  const ledger = new Ledger(WARM_UP + pings);
  let started: () => void = () => {};
  const until = now() + limitSecs * 1000;
  const working = await to.work(({ at = Number.NaN, n }) => {
    ledger.add(n);
    runs.push({ at, startedAt: now() });
    started();
  });
  let sent = 0;
  while (sent < WARM_UP + pings && now() < until) {
    const run = new Promise<void>((resolve) => {
      started = resolve;
    });
    await from.enqueue({ payload: payload(sent, { at: now() }) });
    sent += 1;
    if (!(await within(limitSecs, run))) break;
    await pause(PAUSE_MS);
  }
  await working.stop();
  const unsent = WARM_UP + pings - sent;
  const counted = runs.slice(WARM_UP);
  return {
    runs: counted,
    waits: counted.map((run) => run.startedAt - run.at),
    complaint: ledger.complaint((await from.left()) + unsent),
    note: unsent > 0 ? `stopped after ${runs.length} jobs in ${limitSecs} s` : undefined,
  };
}
