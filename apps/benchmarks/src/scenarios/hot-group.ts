import { complaints } from '../drain-figures.ts';
import { fill, plain } from '../enqueueing.ts';
import { Ledger } from '../ledger.ts';
import { Order } from '../order.ts';
import { now } from '../payload.ts';
import type { Profile } from '../profile.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';
import { grouped } from './groups.ts';

/** Jobs without a group, alone and then behind a group that is large and busy. */
export function hotGroup({ hot, free }: Profile): Scenario {
  return {
    id: 'hot-group',
    title: `one group of ${hot.toLocaleString('en')} in front of ${free.toLocaleString('en')} free jobs`,
    purpose: 'order',
    needs: 'groups',
    basic: true,
    run: async (bench) => {
      const alone = await drainFree(bench, 0, free);
      if (alone.note.note !== undefined) throw new Error(`the free jobs alone: ${alone.note.note}`);
      const behind = await drainFree(bench, hot, free);
      return {
        figures: [
          { what: 'free jobs, alone', value: alone.freeMs, unit: 'ms' },
          { what: 'free jobs, behind the group', value: behind.freeMs, unit: 'ms', ...behind.note },
          { what: 'behind against alone', value: alone.freeMs / behind.freeMs, unit: '×', ...behind.note },
          { what: 'group, in order', value: behind.groupPerSec, unit: 'jobs/s', ...behind.note },
        ],
        ...complaints(alone.complaint, behind.complaint),
      };
    },
  };
}

interface FreeDrain {
  /** Until the last free job ran, or until it was given up. */
  readonly freeMs: number;
  readonly groupPerSec: number;
  readonly note: { readonly note?: string };
  readonly complaint: string | undefined;
}

async function drainFree({ open, limitSecs }: Bench, hot: number, free: number): Promise<FreeDrain> {
  const queue = await open();
  await fill(queue, hot, (n) => grouped(n, 'hot', n));
  await fill(queue, free, (n) => plain(hot + n));
  const order = new Order();
  const startedAt = now();
  let freeLeft = free;
  let freeAt = Number.NaN;
  let groupRuns = 0;
  let groupAt = startedAt;
  const drained = await workOff(queue, {
    ledger: new Ledger(hot + free),
    limitSecs,
    job: (payload) => {
      order.note(payload);
      if (payload.group === undefined) {
        freeLeft -= 1;
        if (freeLeft === 0) freeAt = now();
        return;
      }
      groupRuns += 1;
      groupAt = now();
    },
  });
  const unfinished =
    freeLeft > 0 ? `${freeLeft.toLocaleString('en')} free jobs had not run after ${limitSecs} s` : undefined;
  const note = unfinished ?? drained.note;
  return {
    freeMs: freeLeft > 0 ? limitSecs * 1000 : freeAt - startedAt,
    groupPerSec: groupRuns / ((groupAt - startedAt) / 1000),
    note: note === undefined ? {} : { note },
    complaint: drained.complaint ?? order.complaint(),
  };
}
