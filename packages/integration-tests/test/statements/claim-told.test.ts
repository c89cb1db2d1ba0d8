// A process was told which jobs became ready, and takes those.

import { claimTold } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { benchOf, empty, whileLocked } from '../support/bench.ts';
import { useSchema } from '../support/database.ts';
import { visitedPages } from '../support/pages.ts';

const schema = useSchema();
const bench = benchOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const inLane = (id: string | undefined, channel = 'DEFAULT', name = 'JOB') => ({ id: id ?? '', channel, name });

const take = (workerId: string, told: readonly ReturnType<typeof inLane>[], generation = 0, session = bench.session) =>
  claimTold(session, bench.tables, { workerId, generation, told, room: 1_000_000 });

beforeEach(() => empty(schema));

describe('a claim of jobs that a process was told of', () => {
  it('takes just those, oldest first, as any claim does', async () => {
    const worker = await bench.worker();
    const all = await bench.insert({ numAttempts: 3, payloadText: '{"a":  1}' }, {}, {});
    const { jobs, isLeaseHeld } = await take(worker, [inLane(all[2]), inLane(all[0])]);
    expect({ taken: ids(jobs), isLeaseHeld }).toEqual({ taken: [all[0], all[2]], isLeaseHeld: true });
    expect(jobs[0]).toMatchObject({ attempt: 1, numAttempts: 3, claims: 1, isCounted: true, payloadText: '{"a":  1}' });
    expect(await bench.job(all[0] ?? '')).toMatchObject({ state: 'running', worker_id: worker, attempt: 1, claims: 1 });
    expect(await bench.job(all[2] ?? '')).toMatchObject({ state: 'running', attempt: 0, started: false });
    expect(await bench.job(all[1] ?? '')).toMatchObject({ state: 'ready', claims: 0 });
    expect(ids(await bench.claimed(worker))).toEqual([all[1]]);
    expect(await bench.succeed(...jobs)).toEqual(new Set());
  });

  it('takes nothing that is not ready, has a group, is unknown, or lies in another lane than it was told', async () => {
    const worker = await bench.worker();
    const [running, delayed, grouped, other] = [
      ...(await bench.insert({})),
      ...(await bench.insert({ delaySecs: 60 }, { jobGroup: 'g' }, { name: 'OTHER' })),
    ];
    await take(worker, [inLane(running)]);
    const told = [running, delayed, grouped, other, uuidv4()].map((id) => inLane(id));
    const elsewhere = [inLane(other, 'ELSEWHERE', 'OTHER')];
    expect(await take(worker, [...told, ...elsewhere])).toEqual({ jobs: [], isLeaseHeld: true });
    expect(await take(worker, [])).toEqual({ jobs: [], isLeaseHeld: true });
  });

  it('takes nothing for a worker without a lease, or one that has been reconciled since', async () => {
    const [id] = await bench.insert({});
    expect(await take(uuidv4(), [inLane(id)])).toEqual({ jobs: [], isLeaseHeld: false });
    expect(await take(await bench.worker(), [inLane(id)], 7)).toEqual({ jobs: [], isLeaseHeld: false });
    expect(await bench.job(id ?? '')).toMatchObject({ state: 'ready' });
  });

  it('does not wait for a job that somebody else is about to take', async () => {
    const worker = await bench.worker();
    const [locked, free] = await bench.insert({}, {});
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for update', [locked], async () => {
      expect(ids((await take(worker, [inLane(locked), inLane(free)])).jobs)).toEqual([free]);
    });
  });

  it('gives each job to one of those who claim it at once, by its name or by a look', async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, () => bench.worker()));
    for (let round = 0; round < 20; round += 1) {
      const all = await bench.insert(...Array.from({ length: 10 }, () => ({})));
      const claims = await Promise.all(
        workers.map(async (worker, i) =>
          i % 2 === 0
            ? (
                await take(
                  worker,
                  all.map((id) => inLane(id)),
                )
              ).jobs
            : await bench.claimed(worker),
        ),
      );
      const taken = ids(claims.flat());
      expect(new Set(taken).size).toBe(taken.length);
      const rest = ids(
        (
          await take(
            workers[0] ?? '',
            all.map((id) => inLane(id)),
          )
        ).jobs,
      );
      expect([...taken, ...rest].sort()).toEqual([...all].sort());
    }
  });

  it('finds them by their key, also on a plan that was made when there were none', async () => {
    const worker = await bench.worker();
    const client = await schema.direct.connect();
    const pagesOf = (id: string) =>
      visitedPages(client, `select * from ${schema.q}.claim_told_v1($1, 0, $2, $3, $4, 1000)`, [
        worker,
        [id],
        ['DEFAULT'],
        ['JOB'],
      ]);
    try {
      for (let i = 0; i < 6; i += 1) await pagesOf(uuidv4());
      for (let i = 0; i < 10; i += 1) await bench.insert(...Array.from({ length: 1_000 }, () => ({})));
      const [id = ''] = await bench.insert({});
      expect(await pagesOf(id)).toBeLessThan(100);
      expect(await bench.job(id)).toMatchObject({ state: 'running' });
    } finally {
      client.release();
    }
  });
});
