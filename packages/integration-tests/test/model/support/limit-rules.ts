import type { Demand } from '@bearmq/core/internal';
import { grouped } from './grouped.ts';
import { byRank, isAllowed, type Model, type ModelJob } from './model.ts';

/** What something that is limited may have running at a time. */
export interface LimitOf {
  readonly kind: 'group' | 'name' | 'channel';
  readonly key: string;
}

/** How many more jobs of a group, of a name, or of a channel may start. */
export function roomOf(model: Model, { kind, key }: LimitOf): number {
  const most = model.mostOf(kind, key);
  const jobs = [...model.jobs.values()].filter((job) => job.state === 'running' && job[kind] === key);
  // A group forgets those that ran when it was opened by force; a name does not.
  return most - (kind === 'group' ? jobs.filter(({ holds }) => holds) : jobs).length;
}

/** Whether a job may start, as far as limits decide. */
export function hasRoom(model: Model, { group, name, channel }: ModelJob): boolean {
  const limits: readonly LimitOf[] = [
    { kind: 'name', key: name },
    { kind: 'channel', key: channel },
    ...(group === null ? [] : [{ kind: 'group', key: group } as const]),
  ];
  return limits.every((limit) => roomOf(model, limit) > 0);
}

type Say = (text: string, holds: boolean, ...about: unknown[]) => void;

/** What a claim took is within all limits, as they were before it. */
export function checkWithinLimits(model: Model, { maxPerGroup }: Demand, taken: readonly ModelJob[], rule: Say): void {
  for (const kind of ['name', 'channel', 'group'] as const) {
    for (const [key, own] of grouped(taken, (job) => job[kind])) {
      if (key === null) continue;
      const room = roomOf(model, { kind, key });
      // Where one of a group runs at a time, its process may hold some more, which it works off in order.
      const isRun = kind === 'group' && model.mostOf(kind, key) === 1 && room === 1;
      const most = isRun ? maxPerGroup : Math.max(0, room);
      rule(`no more of a ${kind} than may run`, own.length <= most, key, own.length, most);
    }
  }
}

/** Of each lane of a group, and of each lane without one, those come first that are first. Limits may leave lanes out. */
export function checkLanesInOrder(
  model: Model,
  names: readonly string[],
  demand: Demand,
  taken: readonly ModelJob[],
  rule: Say,
): void {
  const laneOf = ({ group, channel, name }: ModelJob): string => JSON.stringify([group, channel, name]);
  const waiting = grouped(model.waiting(isAllowed(names, demand)), laneOf);
  for (const [lane, own] of grouped(taken, laneOf)) {
    const first = (waiting.get(lane) ?? []).slice(0, own.length);
    const isExact = [...own].sort(byRank).every((job, i) => first[i] === job);
    rule(
      'a lane is first in, first out',
      isExact,
      lane,
      own.map(({ id }) => id),
    );
  }
}
