import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import { monotonicMs } from '../ledger/now.ts';
import type { ServerEnd } from '../run/server.ts';
import type { Figure, FigureOptions } from './figure.ts';
import { Stage } from './stage.ts';
import { countBetween, recoveredAfterMs } from './statistics.ts';
import { seconds, table } from './table.ts';

export interface RecoveryFigureOptions extends FigureOptions {
  /** How long the server is away each time, besides its own time to start. */
  readonly downsMs: readonly number[];
}

const ENDS: readonly (readonly [ServerEnd, string])[] = [
  ['fast', 'restarted in order'],
  ['immediate', 'restarted without shutting down'],
  ['kill', '`kill -9` of the postmaster'],
];
const PROMISE_MS = 5_000;
const RATE_PER_SEC = 200;
const SHARE = 0.9;
const [BEFORE_MS, WINDOW_MS, LOOK_MS] = [5_000, 500, 10_000];

/** How soon work goes on at its rate when the server is back. Workers, producer and their clients are at their defaults. */
export async function recovery({ downsMs, note, interrupted }: RecoveryFigureOptions): Promise<Figure> {
  return await Stage.with(async (stage) => {
    note(`${stage.server.label}: ${RATE_PER_SEC} jobs/s, ${ENDS.length * downsMs.length} restarts`);
    await stage.enter({ name: 'worker 1', role: 'worker', concurrency: 10 });
    await stage.enter({ name: 'worker 2', role: 'worker', concurrency: 10 });
    await stage.enter({ name: 'producer', role: 'producer', ratePerSec: RATE_PER_SEC });
    const rows: string[][] = [];
    const missed: string[] = [];
    for (const [end, text] of ENDS) {
      const tookMs: number[] = [];
      for (const downMs of downsMs) {
        await wait(BEFORE_MS, undefined, { signal: interrupted });
        const downAt = monotonicMs();
        await stage.server.restart(end, downMs);
        const from = monotonicMs();
        await wait(LOOK_MS, undefined, { signal: interrupted });
        const begins = stage.facts().map(({ at }) => at);
        const rate = countBetween(begins, downAt - BEFORE_MS, downAt) / BEFORE_MS;
        const until = from + LOOK_MS;
        const took = recoveredAfterMs({ begins, from, rate: rate * SHARE, windowMs: WINDOW_MS, until });
        const away = seconds(from - downAt);
        note(`${text}, away for ${away}: ${took === null ? 'not' : `${took} ms after it was back`}`);
        tookMs.push(took ?? Number.POSITIVE_INFINITY);
      }
      rows.push([text, ...[0, 0.5, 1].map((share) => seconds(percentile(tookMs, share)))]);
      const slowest = percentile(tookMs, 1);
      if (slowest > PROMISE_MS) missed.push(`${text}: at its rate again only after ${seconds(slowest)}`);
    }
    const times = `away for ${downsMs.map((ms) => ms / 1000).join(', ')} s`;
    return {
      title: `From a server that takes connections again to ${SHARE * 100} % of the rate before, ${times} each`,
      tables: [table(['', 'min', 'p50', 'max'], rows)],
      missed,
    };
  });
}
