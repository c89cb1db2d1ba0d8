import { ALONE } from '../settings.ts';
import type { Enqueue, Inserted } from './history.ts';

/** Where a job belongs. */
export interface Place {
  readonly name: string;
  readonly channel: string;
  readonly group: string | null;
}

/** Of all jobs by their ids: as they were enqueued, or, of ticks and of what tells of a failure, as their definitions have it. */
export function placesOf(
  inserted: readonly Inserted[],
  plans: ReadonlyMap<string, Enqueue>,
): ReadonlyMap<string, Place> {
  return new Map(
    inserted.map(({ jobId, name, tick }) => [
      jobId,
      plans.get(jobId) ?? { name, channel: 'DEFAULT', group: tick?.key === ALONE ? ALONE : null },
    ]),
  );
}
