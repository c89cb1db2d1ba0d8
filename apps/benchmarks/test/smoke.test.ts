import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import type { Contestant, Queue } from '../src/contestant.ts';
import { bareRow } from '../src/contestants/bare-row.ts';
import { bareSql } from '../src/contestants/bare-sql.ts';
import { bearmq, bearmqBefore, bearmqDeleting } from '../src/contestants/bearmq.ts';
import { compareWith } from '../src/contestants/clone.ts';
import type { Profile } from '../src/profile.ts';
import { backlog } from '../src/scenarios/backlog.ts';
import { enqueueSingly } from '../src/scenarios/enqueue.ts';
import { manyGroups } from '../src/scenarios/groups.ts';
import { scenarios } from '../src/scenarios/index.ts';
import { useBenchmark } from './support/server.ts';

jest.setTimeout(30_000);

const TINY: Profile = {
  backlogs: [50],
  jobs: 50,
  oneByOne: 50,
  inFlight: 50,
  bulk: 50,
  pings: 5,
  steadySecs: 0.2,
  pacePerSec: 500,
  groups: 10,
  groupSize: 5,
  hot: 50,
  free: 50,
  whale: 300,
  tenants: 10,
  smallPerSec: 100,
  smallSecs: 0.2,
  failing: 50,
  payloads: [50, 20, 2],
  idleSecs: 0.2,
  idleSettleSecs: 0.2,
  footprint: 50,
  memory: 50,
  limitSecs: 20,
  killSecs: 30,
};

const run = useBenchmark(TINY);

describe('every scenario, in small', () => {
  test.each(scenarios(TINY).map((scenario) => [scenario.id, scenario] as const))(
    '%s: each job runs exactly once, and every figure is a number',
    async (_id, scenario) => {
      const { figures, complaint } = await run(scenario, bearmq);
      expect(complaint).toBeUndefined();
      expect(figures.length).toBeGreaterThan(0);
      for (const figure of figures) {
        expect(figure).toEqual({ what: figure.what, unit: figure.unit, value: expect.any(Number) });
        expect(Number.isFinite(figure.value)).toBe(true);
      }
    },
  );

  test('bare inserts of the same row are jobs that run', async () => {
    const { figures, complaint } = await run(enqueueSingly(50, 1), bareRow);
    expect(complaint).toBeUndefined();
    expect(figures).toContainEqual({ what: 'enqueued', unit: 'jobs/s', value: expect.any(Number) });
  });

  test('another clone does the same', async () => {
    compareWith(fileURLToPath(new URL('../../..', import.meta.url)));
    const { figures, complaint } = await run(backlog(50), bearmqBefore);
    expect(complaint).toBeUndefined();
    expect(figures).toContainEqual({ what: 'drained', unit: 'jobs/s', value: expect.any(Number) });
  });

  test.each([bearmqDeleting, bareSql].map((contestant) => [contestant.id, contestant] as const))(
    '%s can be compared with',
    async (_id, contestant) => {
      const { figures, complaint } = await run(backlog(50), contestant);
      expect(complaint).toBeUndefined();
      expect(figures).toEqual([{ what: 'drained', unit: 'jobs/s', value: expect.any(Number) }]);
    },
  );
});

describe('a queue that cheats', () => {
  test('is found out when it runs a job twice', async () => {
    const twice = faulty((queue) => ({
      ...queue,
      work: (handler, options) =>
        queue.work((payload) => {
          handler(payload);
          if (payload.n === 7) handler(payload);
        }, options),
    }));
    expect((await run(backlog(50), twice)).complaint).toBe('1 jobs ran too often');
  });

  test('is found out when it loses a job', async () => {
    const losing = faulty((queue) => ({
      ...queue,
      enqueue: async (job) => (job.payload.n === 7 ? undefined : queue.enqueue(job)),
    }));
    const { complaint } = await measureBriefly(losing);
    expect(complaint).toBe('49 of 50 jobs were stored');
  });

  test('is found out when it stops before a job is settled', async () => {
    const unsettled = faulty((queue) => ({ ...queue, left: async () => (await queue.left()) + 1 }));
    expect((await run(backlog(50), unsettled)).complaint).toBe('0 jobs did not run, but the queue has 1 left');
  });

  test('is found out when it breaks the order of a group', async () => {
    const disorderly = faulty((queue) => ({
      ...queue,
      enqueueMany: (jobs) => queue.enqueueMany([...jobs].reverse()),
      work: (handler, options) => {
        const of = (nth: number): number => TINY.groupSize - 1 - nth;
        return queue.work(({ nth = 0, ...payload }) => handler({ ...payload, nth: of(nth) }), options);
      },
    }));
    expect((await run(manyGroups(TINY), disorderly)).complaint).toBe('50 jobs ran out of order within their group');
  });
});

/** BearMQ, with something broken on purpose. */
function faulty(change: (queue: Queue) => Queue): Contestant {
  return { ...bearmq, open: async (place) => change(await bearmq.open(place)) };
}

/** The lost job never comes, so the time to wait for it is short. */
async function measureBriefly(contestant: Contestant): ReturnType<typeof run> {
  const scenario = enqueueSingly(50, 1);
  return await run({ ...scenario, run: (bench) => scenario.run({ ...bench, limitSecs: 0.5 }) }, contestant);
}
