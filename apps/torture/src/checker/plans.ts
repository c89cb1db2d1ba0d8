import { TIMEOUT_SECS } from '../settings.ts';
import type { Enqueue, History } from './history.ts';
import type { Replacement } from './witnessed-rows.ts';

/** How each job was enqueued, by its id; what it is to do is that of the last one that replaced it. */
export function plansOf(
  { enqueues, inserted }: Pick<History, 'enqueues' | 'inserted'>,
  replacementsOf: ReadonlyMap<string, readonly Replacement[]>,
): ReadonlyMap<string, Enqueue> {
  const keys = new Map(enqueues.map((enqueue) => [enqueue.key, enqueue]));
  return new Map(
    inserted.flatMap(({ jobId, key }) => {
      const plan = key === null ? undefined : keys.get(key);
      if (plan === undefined) return [];
      const given = keys.get(replacementsOf.get(jobId)?.at(-1)?.key ?? '');
      return [[jobId, given === undefined ? plan : replacedBy(plan, given)] as const];
    }),
  );
}

/**
 * A waiting job with the payload of another, and its `backoff` and `maxRunSecs`. Its place, time, priority and group stay, and so
 * does its `timeoutSecs`: where it had a `backoff` in place of that, its definition's.
 */
function replacedBy(plan: Enqueue, { task, backoff, maxRunSecs }: Enqueue): Enqueue {
  const timeoutSecs = plan.backoff === null ? plan.timeoutSecs : TIMEOUT_SECS;
  return { ...plan, task, backoff, maxRunSecs, timeoutSecs };
}
