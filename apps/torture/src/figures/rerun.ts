import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '@bearmq/test-support';
import type { ContextSettings } from 'bearmq';
import type { Figure, FigureOptions } from './figure.ts';
import { Stage } from './stage.ts';
import { DISTRIBUTION_HEAD, distribution, table } from './table.ts';

export interface RerunOptions extends FigureOptions {
  readonly kills: number;
  /** What is not at its default. */
  readonly settings: ContextSettings;
}

const PROMISE_MS = 40_000;
const NEXT_VICTIM_MS = 1_500;
const LEAST_LIFE_MS = 2_000;
const DEFAULT_LEASE_SECS = 30;

/** How long it takes until the job of a worker that was killed runs again, on a process that has nothing else to do. */
export async function rerun({ kills, settings, note, interrupted }: RerunOptions): Promise<Figure> {
  return await Stage.with(async (stage) => {
    note(`${stage.server.label}: ${kills} workers, each killed with a job`);
    const survivors = [
      await stage.enter({ name: 'survivor 1', role: 'worker', settings }),
      await stage.enter({ name: 'survivor 2', role: 'worker', settings }),
    ];
    // A lease is renewed when a third of it is over: the kills come at all moments of that time.
    const renewalMs = ((settings.leaseSecs ?? DEFAULT_LEASE_SECS) * 1000) / 3;
    const killOne = async (nth: number): Promise<number> => {
      await wait(nth * NEXT_VICTIM_MS, undefined, { signal: interrupted });
      // A channel of its own: its first run is the victim's, its second a survivor's.
      const channel = `victim ${nth}`;
      const victim = await stage.enter({ name: channel, role: 'worker', settings, channels: [channel] });
      const jobId = await stage.job.enqueue({ sentAt: null, does: 'stay', ms: 0 }, { channel, numAttempts: 2 });
      await victim.hear((word) => word.says === 'began');
      for (const survivor of survivors) survivor.order({ to: 'take', channel });
      await wait(LEAST_LIFE_MS + (renewalMs * ((nth % 10) + Math.random())) / 10, undefined, { signal: interrupted });
      const killedAt = await victim.kill();
      await Promise.race(survivors.map((one) => one.hear((word) => word.says === 'began' && word.jobId === jobId)));
      const again = stage.facts().find((fact) => fact.jobId === jobId && fact.attempt === 2);
      if (again === undefined) throw new Error(`the second run of ${jobId} is in no ledger`);
      note(`${channel}: again after ${Math.round(again.at - killedAt)} ms`);
      return again.at - killedAt;
    };
    const tookMs = await Promise.all(Array.from({ length: kills }, (_, nth) => killOne(nth)));
    const isKept = percentile(tookMs, 1) <= PROMISE_MS;
    return {
      title: `From the kill -9 of a worker to the second run of its job, ${kills} kills`,
      tables: [table(['', ...DISTRIBUTION_HEAD], [['runs again after', ...distribution(tookMs)]])],
      missed: isKept ? [] : [`a job ran again only after ${Math.round(percentile(tookMs, 1))} ms`],
    };
  });
}
