// A process was told which jobs became ready, and takes those.

import { claimAnnounced } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { v4 as uuidv4 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { COUNTS, leastPages, visitedPages } from '../support/pages.ts';
import { empty, statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const inLane = (id: string | undefined, channel = 'DEFAULT', name = 'JOB') => ({ id: id ?? '', channel, name });

const take = (
  processId: string,
  announced: readonly ReturnType<typeof inLane>[],
  generation = 0,
  session = statements.session,
) => claimAnnounced(session, statements.tables, { processId, generation, announced, room: 1_000_000 });

beforeEach(() => empty(schema));

describe('a claim of jobs that a process was told of', () => {
  it('takes just those, oldest first, as any claim does', async () => {
    const worker = await statements.worker();
    const all = await statements.insert({ numAttempts: 3, payloadText: '{"a":  1}' }, {}, {});
    const { jobs, isLeaseHeld } = await take(worker, [inLane(all[2]), inLane(all[0])]);
    expect({ taken: ids(jobs), isLeaseHeld }).toEqual({ taken: [all[0], all[2]], isLeaseHeld: true });
    expect(jobs[0]).toMatchObject({ attempt: 1, numAttempts: 3, fence: 1, isStarted: true, payloadText: '{"a":  1}' });
    expect(await statements.job(all[0] ?? '')).toMatchObject({
      state: 'running',
      process_id: worker,
      attempt: 1,
      fence: 1,
    });
    expect(await statements.job(all[2] ?? '')).toMatchObject({ state: 'running', attempt: 0, started: false });
    expect(await statements.job(all[1] ?? '')).toMatchObject({ state: 'ready', fence: 0 });
    expect(ids(await statements.claimed(worker))).toEqual([all[1]]);
    expect(await statements.succeed(...jobs)).toEqual(new Set());
  });

  it('takes one alone as it takes it among several, and what has no attempt left as well', async () => {
    const worker = await statements.worker();
    const given = { numAttempts: 3, payloadText: '{"a":  1}', priority: 7 };
    const [one = '', another = '', spent = '', alsoSpent = ''] = await statements.insert(given, given, {}, {});
    await schema.rows('update {s}.job set attempt = num_attempts where id = any ($1)', [[spent, alsoSpent]]);
    const without = (facts: object | undefined, ...names: readonly string[]) =>
      Object.fromEntries(Object.entries(facts ?? {}).filter(([name]) => !names.includes(name)));
    const facts = async (id: string, ...more: string[]) => {
      const { jobs, ...rest } = await take(worker, [inLane(id), ...more.map((other) => inLane(other))]);
      const job = without(jobs[0], 'id', 'seq', 'enqueuedAtMs', 'waitedMs');
      const row = without(await statements.job(id), 'id', 'seq', 'enqueued_at', 'claimed_at');
      return { ...rest, job, row };
    };
    expect(await facts(one)).toEqual(await facts(another, uuidv4()));
    const alone = await facts(spent);
    expect(alone).toEqual(await facts(alsoSpent, uuidv4()));
    expect(alone.job).toMatchObject({ attempt: 2, numAttempts: 1, isStarted: false });
  });

  it('takes nothing that is not ready, has a group, is unknown, or lies in another lane than it was announced', async () => {
    const worker = await statements.worker();
    const [running, delayed, grouped, other] = [
      ...(await statements.insert({})),
      ...(await statements.insert({ delaySecs: 60 }, { jobGroup: 'g' }, { name: 'OTHER' })),
    ];
    await take(worker, [inLane(running)]);
    const announced = [running, delayed, grouped, other, uuidv4()].map((id) => inLane(id));
    const elsewhere = [inLane(other, 'ELSEWHERE', 'OTHER')];
    expect(await take(worker, [...announced, ...elsewhere])).toEqual({
      jobs: [],
      isLeaseHeld: true,
      isScanNeeded: false,
    });
    for (const alone of [...announced, ...elsewhere]) {
      expect(await take(worker, [alone])).toEqual({ jobs: [], isLeaseHeld: true, isScanNeeded: false });
    }
    expect(await take(worker, [])).toEqual({ jobs: [], isLeaseHeld: true, isScanNeeded: false });
  });

  it('takes nothing for a worker without a lease, or one that has been reconciled since', async () => {
    const [id] = await statements.insert({});
    expect(await take(uuidv4(), [inLane(id)])).toEqual({ jobs: [], isLeaseHeld: false, isScanNeeded: false });
    expect(await take(await statements.worker(), [inLane(id)], 7)).toEqual({
      jobs: [],
      isLeaseHeld: false,
      isScanNeeded: false,
    });
    expect(await statements.job(id ?? '')).toMatchObject({ state: 'ready' });
  });

  it('does not wait for a job that somebody else is about to take', async () => {
    const worker = await statements.worker();
    const [locked, free] = await statements.insert({}, {});
    await whileLocked(schema, 'select 1 from {s}.job where id = $1 for update', [locked], async () => {
      expect(ids((await take(worker, [inLane(locked), inLane(free)])).jobs)).toEqual([free]);
    });
  });

  it('gives each job to one of those who claim it at once, by its name or by a look', async () => {
    const workers = await Promise.all(Array.from({ length: 8 }, () => statements.worker()));
    for (let round = 0; round < 20; round += 1) {
      const all = await statements.insert(...Array.from({ length: 10 }, () => ({})));
      const claims = await Promise.all(
        workers.map(async (worker, i) =>
          i % 2 === 0
            ? (
                await take(
                  worker,
                  all.map((id) => inLane(id)),
                )
              ).jobs
            : await statements.claimed(worker),
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
    const worker = await statements.worker();
    const client = await schema.direct.connect();
    const pagesOf = (id: string) =>
      visitedPages(client, `select * from ${schema.q}.claim_announced_v1($1, 0, $2, $3, $4, 1000)`, [
        worker,
        [id],
        ['DEFAULT'],
        ['JOB'],
      ]);
    try {
      for (let i = 0; i < 6; i += 1) await pagesOf(uuidv4());
      for (let i = 0; i < 10; i += 1) await statements.insert(...Array.from({ length: 1_000 }, () => ({})));
      const ids = await statements.insert(...Array.from({ length: COUNTS }, () => ({})));
      expect(await leastPages((nth) => pagesOf(ids[nth] ?? ''))).toBeLessThan(100);
      for (const id of ids) expect(await statements.job(id)).toMatchObject({ state: 'running' });
    } finally {
      client.release();
    }
  });
});
