import { percentile } from '@bearmq/test-support';
import type { NewJob, Queue, Sent } from '../contestant.ts';
import { complaints } from '../drain-figures.ts';
import { BULK, fill, keepGoing, plain } from '../enqueueing.ts';
import type { Figure } from '../figure.ts';
import { Ledger } from '../ledger.ts';
import { now } from '../payload.ts';
import type { Scenario } from '../scenario.ts';
import { workOff } from '../work-off.ts';

/** Sends `count` jobs, which `job` makes by their number. */
type Send = (queue: Queue, count: number, job: (n: number) => NewJob) => Promise<void>;

/** Single calls, so many of them in flight at a time. */
export function enqueueSingly(count: number, inFlight: number): Scenario {
  const how = inFlight === 1 ? 'one after the other' : `${inFlight} in flight`;
  return enqueue(`enqueue-${inFlight}`, `enqueue ${count.toLocaleString('en')}, ${how}`, count, (...work) =>
    sendSingly(inFlight, ...work),
  );
}

/** Calls with many jobs each, one after the other. */
export function enqueueInBulk(count: number): Scenario {
  const title = `enqueue ${count.toLocaleString('en')} in calls of ${BULK.toLocaleString('en')}`;
  return enqueue('enqueue-bulk', title, count, fill);
}

function enqueue(id: string, title: string, count: number, send: Send): Scenario {
  return {
    id,
    title,
    purpose: 'throughput',
    basic: true,
    run: async ({ open, limitSecs }) => {
      const queue = await open();
      // As many before the clock starts: connections are opened, plans made, and the code compiled, which takes a process's
      // first seconds.
      await send(queue, count, (n) => plain(count + n));
      const startedAt = now();
      await send(queue, count, plain);
      const secs = (now() - startedAt) / 1000;
      const stored = (await queue.left()) - count;
      // Not timed: whether they are jobs that run, once each, and not just rows.
      const { complaint } = await workOff(queue, { ledger: new Ledger(2 * count), limitSecs });
      return {
        figures: [
          { what: 'enqueued', value: count / secs, unit: 'jobs/s' },
          ...inStatements(queue.sent?.(), startedAt),
        ],
        ...complaints(stored === count ? undefined : `${stored} of ${count} jobs were stored`, complaint),
      };
    },
  };
}

/** How much of it was spent waiting for the database, for a queue that can tell. */
function inStatements(sent: readonly Sent[] | undefined, since: number): readonly Figure[] {
  const times = sent?.filter(({ what, at }) => what === 'enqueue' && at >= since).map((one) => one.answeredAt - one.at);
  return times === undefined ? [] : [{ what: 'a statement, p50', value: percentile(times, 0.5), unit: 'ms' }];
}

async function sendSingly(inFlight: number, ...[queue, count, job]: Parameters<Send>): Promise<void> {
  let n = 0;
  await keepGoing(inFlight, () => {
    if (n === count) return undefined;
    n += 1;
    return queue.enqueue(job(n - 1));
  });
}
