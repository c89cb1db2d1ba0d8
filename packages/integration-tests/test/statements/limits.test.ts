import type { ClaimedJob } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { type ClaimOptions, empty, type NewRow, statementsOf, whileLocked } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);

interface Limits {
  readonly running?: number;
  readonly groups?: number;
  readonly origin?: string;
}

const setLimit = (kind: 'channel' | 'name', name: string, { running, groups, origin = 'api' }: Limits) =>
  schema.value('select {s}.set_limit_v1($1, $2, $3, $4, null, null, $5, null, null)', [
    kind,
    name,
    origin,
    running ?? null,
    groups ?? null,
  ]);
const running = (name: string) => schema.value('select running from {s}.job_limit where name = $1', [name]);
const many = (count: number, job: (n: number) => NewRow) =>
  statements.insert(...Array.from({ length: count }, (_, n) => job(n)));

/** Claims as long as the answer says that there may be more. */
async function takenInAll(worker: string, options: ClaimOptions): Promise<readonly ClaimedJob[]> {
  const taken: ClaimedJob[] = [];
  for (let i = 0; i < 20; i += 1) {
    const { jobs, mayHaveMore } = await statements.claim(worker, options);
    taken.push(...jobs.flat());
    if (!mayHaveMore) return taken;
  }
  throw new Error('it is told to ask again for ever');
}

beforeEach(() => empty(schema));

describe('a limit of jobs that run', () => {
  it('holds for all that claim, with groups and without, and the oldest go first', async () => {
    const [a, b] = [await statements.worker(), await statements.worker()];
    await setLimit('name', 'JOB', { running: 5 });
    const all = await many(9, (n) => (n % 2 === 0 ? { jobGroup: `g${n}` } : {}));
    const taken = await statements.claimed(a);
    expect(ids(taken)).toEqual(all.slice(0, 5));
    const none = await statements.claim(b);
    expect([none.jobs.flat(), none.mayHaveMore]).toEqual([[], false]);
    await statements.succeed(...taken.slice(0, 2));
    expect(ids(await statements.claimed(b))).toEqual(all.slice(5, 7));
    expect(await running('JOB')).toBe(5);
  });

  it('leaves what else there is alone', async () => {
    const worker = await statements.worker();
    await setLimit('channel', 'NARROW', { running: 1 });
    await many(5, () => ({ channel: 'NARROW' }));
    const others = await many(3, (n) => ({ channel: 'WIDE', jobGroup: n === 0 ? 'g' : null }));
    const seen = await statements.claimed(worker);
    const more = await statements.claimed(worker);
    expect([...seen, ...more].filter(({ channel }) => channel === 'NARROW')).toHaveLength(1);
    expect(
      ids([...seen, ...more])
        .filter((id) => others.includes(id))
        .sort(),
    ).toEqual([...others].sort());
  });

  it('is not passed by what groups leave of a demand, nor by a group that is met in another lane', async () => {
    const worker = await statements.worker();
    await setLimit('name', 'FEW', { running: 2 });
    await setLimit('name', 'NONE', { running: 0 });
    const names = ['FEW', 'NONE', 'JOB'];
    await many(6, (n) => ({ name: 'FEW', jobGroup: n < 3 ? `g${n}` : null }));
    await statements.insert({ name: 'NONE', jobGroup: 'both' });
    const [other] = await statements.insert({ name: 'JOB', jobGroup: 'both' });
    const taken = await statements.claimed(worker, { names, slots: 50 });
    const all = [...taken, ...(await statements.claimed(worker, { names, slots: 50 }))];
    expect(all.filter(({ name }) => name === 'FEW')).toHaveLength(2);
    expect(all.filter(({ name }) => name !== 'FEW').map(({ id }) => id)).toEqual([other]);
  });

  it('is not passed by groups that a claim comes to after others have used it up', async () => {
    const worker = await statements.worker();
    await setLimit('channel', 'DEFAULT', { running: 3 });
    await schema.rows(`select {s}.set_group_v1('wide', 3, 3, null, null)`);
    const wide = await many(3, () => ({ jobGroup: 'wide' }));
    await many(4, (n) => ({ jobGroup: `g${n}` }));
    // Two groups are tried first: one takes all that there is, the other gets nothing, so that a third one is tried.
    const taken = await statements.claimed(worker, { slots: 2, ahead: 10, maxPerGroup: 12 });
    expect(ids(taken)).toEqual(wide);
    expect(await running('DEFAULT')).toBe(3);
  });

  it('leaves nothing behind in silence that the first lanes it met have kept it from', async () => {
    const worker = await statements.worker();
    const names = ['FEW', 'JOB'];
    await setLimit('name', 'FEW', { running: 1 });
    const [grouped] = await statements.insert({ name: 'FEW', jobGroup: 'g' });
    await statements.insert({ name: 'FEW' }, { name: 'FEW', channel: 'B' });
    const [other] = await statements.insert({ name: 'JOB' });
    expect(ids(await takenInAll(worker, { names, slots: 2 }))).toEqual([grouped, other]);
  });

  it('goes on with other lanes where somebody holds the only job that it might let start', async () => {
    const worker = await statements.worker();
    const names = ['FEW', 'JOB'];
    await setLimit('name', 'FEW', { running: 1 });
    const [held] = await statements.insert({ name: 'FEW' });
    const [other] = await statements.insert({ name: 'JOB' });
    const lock = 'select 1 from {s}.job where id = $1 for share';
    const taken = await whileLocked(schema, lock, [held], () => takenInAll(worker, { names, slots: 1 }));
    expect(ids(taken)).toEqual([other]);
  });

  it.each(['retried', 'released', 'rescued'])('counts down jobs that are %s', async (how) => {
    const worker = await statements.worker(how === 'rescued' ? -1 : 30);
    await setLimit('name', 'JOB', { running: 2 });
    await many(2, (n) => ({ jobGroup: n === 0 ? 'g' : null, numAttempts: 3 }));
    const jobs = await statements.claimed(worker);
    expect([jobs.length, await running('JOB')]).toEqual([2, 2]);
    if (how === 'rescued') {
      await schema.rows(`select * from {s}.rescue_v1(null, 3600, 3600, 0)`);
    } else {
      const errorText = how === 'retried' ? 'no' : null;
      await statements.settle(
        ...jobs.map((job) => ({ kind: 'waiting', job, attempt: 1, secs: 0, errorText }) as const),
      );
    }
    expect(await running('JOB')).toBe(0);
    expect(await statements.claimed(await statements.worker())).toHaveLength(2);
  });

  it('counts those that run when it is set, and waits for a claim under way', async () => {
    const worker = await statements.worker();
    await many(3, () => ({}));
    await statements.claimed(worker, { slots: 2 });
    const lock = 'select 1 from {s}.process for key share';
    const set = await whileLocked(schema, lock, [], async () => {
      const promise = setLimit('name', 'JOB', { running: 2 });
      await until('it waits', async () => (await lockWaits(schema, 'set_limit_v1')) === 1);
      return { promise };
    });
    expect(await set.promise).toBe(true);
    expect(await running('JOB')).toBe(2);
    expect(await statements.claimed(worker)).toEqual([]);
  });

  it('of a definition does not stand against that of a call, and goes when nothing is limited', async () => {
    expect(await setLimit('name', 'JOB', { running: 2 })).toBe(true);
    expect(await setLimit('name', 'JOB', { running: 9, origin: 'definition' })).toBe(false);
    expect(await schema.value('select max_running from {s}.job_limit')).toBe(2);
    expect(await setLimit('name', 'JOB', {})).toBe(true);
    expect(await schema.value('select count(*)::int from {s}.job_limit')).toBe(0);
  });
});

describe('what a lane says of its groups', () => {
  it('is what each of them may run at a time, unless it has settings of its own; the strictest of several', async () => {
    const worker = await statements.worker();
    await setLimit('name', 'JOB', { groups: 3, origin: 'definition' });
    await setLimit('channel', 'DEFAULT', { groups: 9 });
    await many(4, () => ({ jobGroup: 'g' }));
    expect(await statements.claimed(worker)).toHaveLength(3);
    await schema.rows(`select {s}.set_group_v1('own', 2, null, null, null)`);
    await many(4, () => ({ jobGroup: 'own' }));
    expect(await statements.claimed(worker)).toHaveLength(2);
    await setLimit('name', 'OTHER', { groups: 1 });
    await many(4, (n) => ({ jobGroup: 'mixed', name: n === 3 ? 'OTHER' : 'JOB' }));
    expect(await statements.claimed(worker)).toHaveLength(1);
  });

  it('is of use at once where it was raised', async () => {
    const worker = await statements.worker();
    await many(4, () => ({ jobGroup: 'g' }));
    expect(await statements.claimed(worker)).toHaveLength(1);
    expect(await statements.claimed(worker)).toHaveLength(0);
    await setLimit('name', 'JOB', { groups: 3 });
    expect(await schema.value(`select {s}.reopen_turns_v1('', 10)`)).toBe('g');
    expect(await statements.claimed(worker)).toHaveLength(2);
    expect(await schema.value(`select {s}.reopen_turns_v1('g', 10)`)).toBeNull();
  });
});
