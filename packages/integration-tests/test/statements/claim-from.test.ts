// A claim is told which part of each lane is over, and leaves it out.

import type { ClaimFrom } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientBase } from 'pg';
import { useSchema } from '../support/database.ts';
import { useHeldSnapshot } from '../support/held-snapshot.ts';
import { COUNTS, leastPages, visitedPages } from '../support/pages.ts';
import { type ClaimOptions, empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const snapshot = useHeldSnapshot(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const lane = { channel: 'DEFAULT', name: 'JOB', priority: 0 };

/** Pages that a claim visits more because indexes have grown a level. */
const HIGHER = 40;

/**
 * Before PostgreSQL 18 a comparison of rows does not end the scan of an index within a channel: a look at all of it reads the
 * index, though not the rows, of what is left out. So many pages at most.
 */
async function indexPages(jobs: number): Promise<number> {
  const version = Number(await schema.value("select current_setting('server_version_num')::int"));
  return version < 180_000 ? jobs / 100 : 0;
}

/** As many as are claimed to count pages three times. */
const SOME = Array.from({ length: 3 * COUNTS }, () => ({}));

beforeEach(() => empty(schema));

/** A scan of all but the first jobs of the lane of `JOB`, up to the one given. */
async function after(id: string | undefined, scan: ClaimFrom['scan'] = 'wide'): Promise<ClaimFrom> {
  const position = Number(await schema.value('select seq::int from {s}.job where id = $1', [id]));
  return { scan, lanes: [{ ...lane, position }], dueAfterMs: null };
}

/** The pages that a claim of one job visits, whatever they are of. */
async function pagesOf(worker: string, from: ClaimFrom | null): Promise<number> {
  const client = await schema.direct.connect();
  try {
    return await leastPages(() => pagesOnce(client, worker, from));
  } finally {
    client.release();
  }
}

async function pagesOnce(client: ClientBase, worker: string, from: ClaimFrom | null): Promise<number> {
  const demands = JSON.stringify([{ channels: null, slots: 1, ahead: 0, maxPerGroup: 1 }]);
  const values = [worker, ['JOB'], demands, from === null ? null : JSON.stringify(from)];
  return await visitedPages(client, `select * from ${schema.q}.claim_v1($1, 0, $2, $3, $4)`, values);
}

/** Inserts jobs and works them all off. Resolves to the last one's place. */
async function workOff(worker: string, jobs: number, delaySecs: number = 0): Promise<ClaimFrom> {
  let position = 0;
  for (let left = jobs; left > 0; left -= 1_000) {
    await statements.insert(...Array.from({ length: Math.min(1_000, left) }, () => ({ delaySecs })));
    await until('they are worked off', async () => {
      const claimed = await statements.claimed(worker, { slots: 1_000 });
      await statements.succeed(...claimed);
      position = Math.max(position, ...claimed.map(({ seq }) => seq));
      return (await schema.value("select count(*)::int from {s}.job where state <> 'running'")) === 0;
    });
  }
  return { scan: 'wide', lanes: [{ ...lane, position }], dueAfterMs: null };
}

describe('a claim while an old snapshot is held', () => {
  it('reads no more pages after twenty thousand jobs than after a few, from where they are over', async () => {
    const worker = await statements.worker();
    await snapshot.hold();
    const few = await workOff(worker, 10);
    await statements.insert(...SOME);
    const before = await pagesOf(worker, few);
    await statements.claimed(worker, { slots: SOME.length });
    const many = await workOff(worker, 20_000);
    await statements.insert(...SOME);
    expect(await pagesOf(worker, { ...many, scan: 'narrow' })).toBeLessThan(before + HIGHER);
    expect(await pagesOf(worker, many)).toBeLessThan(before + HIGHER + (await indexPages(20_000)));
    expect(await pagesOf(worker, null)).toBeGreaterThan(before + 400); // what it is spared
  });

  it('reads no more pages after many delayed jobs, from when they were due', async () => {
    const worker = await statements.worker();
    await snapshot.hold();
    const few = await workOff(worker, 10, 0.001);
    const told = async () => ({ dueAfterMs: (await statements.claim(worker)).promotedMs });
    const early = await told();
    await statements.insert(...SOME);
    const before = await pagesOf(worker, { ...few, ...early });
    const many = await workOff(worker, 10_000, 0.001);
    const due = await told();
    await statements.insert(...SOME);
    expect(await pagesOf(worker, { ...many, ...due })).toBeLessThan(before + HIGHER + (await indexPages(10_000)));
    expect(await pagesOf(worker, many)).toBeGreaterThan(before + 100); // what it is spared
  });
});

describe('a claim that leaves out the first jobs of a lane', () => {
  const claimed = async (options: ClaimOptions) => ids(await statements.claimed(await statements.worker(), options));

  it('takes what comes after them, in order, and not them', async () => {
    const all = await statements.insert({}, {}, {}, {}, {});
    expect(await claimed({ slots: 2, from: await after(all[1]) })).toEqual(all.slice(2, 4));
    expect(await claimed({ slots: 9, from: await after(all[2], 'narrow') })).toEqual(all.slice(4));
    expect(await claimed({})).toEqual(all.slice(0, 2));
  });

  it('takes jobs of other lanes and of other priorities, in the order of all', async () => {
    const rows = [0, 5, 0, -5, 0].map((priority) => ({ priority }));
    const all = await statements.insert(...rows, { name: 'A' }, { name: 'Z' }, { channel: 'A' }, { channel: 'Z' });
    const names = ['A', 'JOB', 'Z'];
    const from = await after(all[2]);
    const order = [1, 4, 5, 6, 7, 8, 3].map((i) => all[i]);
    expect(await claimed({ names, slots: 3, from })).toEqual(order.slice(0, 3));
    expect(await claimed({ names, slots: 3, from })).toEqual(order.slice(3, 6));
    expect(await claimed({ names, slots: 3, from })).toEqual(order.slice(6));
    expect(await claimed({ names })).toEqual([all[0], all[2]]);
  });

  it('does not take jobs of other lanes where it looks narrowly', async () => {
    const all = await statements.insert({}, { priority: 5 }, { priority: -5 }, {}, { name: 'A' }, { channel: 'Z' });
    const from = await after(all[0], 'narrow');
    expect(await claimed({ names: ['A', 'JOB'], from })).toEqual([all[3]]);
  });

  it('leaves out each of several lanes by itself', async () => {
    const all = await statements.insert({}, { priority: 5 }, {}, { priority: 5 }, { name: 'A' }, { name: 'A' });
    const { lanes: [first] = [] } = await after(all[0]);
    const { lanes: [second] = [] } = await after(all[1]);
    const { lanes: [third] = [] } = await after(all[4]);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no lane');
    const lanes = [{ ...third, name: 'A' }, first, { ...second, priority: 5 }];
    const names = ['A', 'JOB'];
    expect(await claimed({ names, from: { scan: 'wide', lanes, dueAfterMs: null } })).toEqual([all[3], all[2], all[5]]);
  });

  it('takes the delayed ones among them that it makes ready itself, and tells when it does not', async () => {
    const delayed = Array.from({ length: 3 }, () => ({ delaySecs: 10 }));
    const all = await statements.insert(...delayed, {}, {});
    await schema.age(20, 'job');
    const worker = await statements.worker();
    for (const scan of ['wide', 'narrow'] as const) {
      const from = await after(all[3], scan);
      const { jobs, isLeftBehind } = await statements.claim(worker, { slots: scan === 'wide' ? 2 : 9, from });
      expect(ids(jobs.flat())).toEqual(scan === 'wide' ? all.slice(0, 2) : [all[4]]);
      expect(isLeftBehind).toBe(scan === 'wide');
    }
    expect(await claimed({})).toEqual([all[2], all[3]]);
  });

  it('does not make ready what was due before the time that it names', async () => {
    const [id = ''] = await statements.insert({ delaySecs: 10 });
    await schema.age(20, 'job');
    const dueAfterMs = Number(await schema.value('select extract(epoch from now()) * 1000'));
    const worker = await statements.worker();
    const { nextDueMs } = await statements.claim(worker, { from: { scan: 'wide', lanes: [], dueAfterMs } });
    expect(nextDueMs).toBeNull();
    expect(await statements.job(id)).toMatchObject({ state: 'scheduled' });
    expect(await claimed({})).toEqual([id]);
  });

  it('takes jobs of groups wherever they are', async () => {
    const all = await statements.insert({ jobGroup: 'g' }, {}, { jobGroup: 'h' }, {});
    expect(await claimed({ from: await after(all[1]) })).toEqual([all[0], all[2], all[3]]);
  });

  it('learns the last number drawn, and until when scheduled jobs were made ready', async () => {
    const all = await statements.insert({}, {}, {});
    const from = await after(all[2]);
    const { latestSeq, promotedMs } = await statements.claim(await statements.worker(), { from });
    expect(latestSeq).toBe(from.lanes[0]?.position);
    expect(promotedMs).toEqual(expect.any(Number));
    await statements.insert(...Array.from({ length: 1_000 }, () => ({ delaySecs: 10 })));
    await schema.age(20, 'job');
    expect((await statements.claim(await statements.worker())).promotedMs).toBeNull();
  });
});
