import { DEADLINE_MS } from '@bearmq/test-support';
import type { BearEvent, Context } from 'bearmq';

type EventType = BearEvent['eventType'];
type EventOf<T extends EventType> = Extract<BearEvent, { eventType: T }>;

/** Everything that a context has told since this was made, and a way to wait for more. */
export interface EventLog {
  readonly all: readonly BearEvent[];
  /** The events of one type so far, of one job if its id is given. */
  of<T extends EventType>(type: T, jobId?: string): readonly EventOf<T>[];
  /** The types in order, of one job if its id is given. */
  types(jobId?: string): readonly EventType[];
  /** Resolves to the first events of a type, as soon as there are `count`. Rejects at the deadline, saying what came. */
  waitFor<T extends EventType>(
    type: T,
    options?: { readonly count?: number; readonly jobId?: string },
  ): Promise<readonly EventOf<T>[]>;
}

export function logEvents(context: Context): EventLog {
  const all: BearEvent[] = [];
  const waiting = new Set<() => void>();
  context.addEventHandler((event) => {
    all.push(event);
    for (const check of waiting) check();
  });
  const of = <T extends EventType>(type: T, jobId?: string): readonly EventOf<T>[] =>
    all.filter(
      (event): event is EventOf<T> =>
        event.eventType === type && (jobId === undefined || ('jobId' in event && event.jobId === jobId)),
    );
  return {
    all,
    of,
    types: (jobId) =>
      all.filter((event) => jobId === undefined || ('jobId' in event && event.jobId === jobId)).map((e) => e.eventType),
    waitFor: (type, { count = 1, jobId } = {}) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(check);
          reject(new Error(`waited ${DEADLINE_MS} ms for ${count} ${type}; got ${summary(all)}`));
        }, DEADLINE_MS);
        const check = (): void => {
          const found = of(type, jobId);
          if (found.length < count) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
  };
}

/** How many there were of each type, and what came last. */
function summary(events: readonly BearEvent[]): string {
  const counts: Record<string, number> = {};
  for (const { eventType } of events) counts[eventType] = (counts[eventType] ?? 0) + 1;
  const last = events
    .slice(-5)
    .map((event) => ('error' in event ? `${event.eventType}: ${event.error}` : event.eventType));
  return `${JSON.stringify(counts)}, at last ${last.join(', ')}`;
}
