import { claimAnnounced } from '@bearmq/core/internal';
import { fromPg } from '@bearmq/driver-pg';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const ids = (jobs: readonly { readonly id: string }[]) => jobs.map(({ id }) => id);
const pause = (kind: string, name: string) => schema.rows('call {s}.pause_v1($1, $2, null)', [kind, name]);
const resume = (kind: string, name: string) => schema.rows('select * from {s}.resume_v1($1, $2)', [kind, name]);

beforeEach(() => empty(schema));

describe('a pause', () => {
  it.each([
    ['everything', '', [], [{ o_channel: null, o_name: null }]],
    ['channel', 'Y', [0, 1, 3, 5], [{ o_channel: null, o_name: null }]],
    ['name', 'OTHER', [0, 1, 2, 4], [{ o_channel: null, o_name: null }]],
    ['group', 'g', [0, 2, 3, 4], [{ o_channel: 'DEFAULT', o_name: 'JOB' }]],
  ])('of %s %s keeps its jobs from all claims until it is taken back', async (kind, name, others, opened) => {
    const worker = await statements.worker();
    const all = await statements.insert(
      {},
      { jobGroup: 'g' },
      { channel: 'Y' },
      { name: 'OTHER' },
      {
        channel: 'Y',
        jobGroup: 'h',
      },
      { name: 'OTHER', jobGroup: 'i' },
    );
    const take = async () => ids(await statements.claimed(worker, { names: ['JOB', 'OTHER'] }));
    await pause(kind, name);
    await pause(kind, name);
    const first = [...(await take()), ...(await take())];
    const untouched = kind === 'group' ? [0, 2, 3, 4, 5] : kind === 'channel' ? [0, 1, 3, 5] : others;
    expect(first.sort()).toEqual(untouched.map((i) => all[i] ?? '').sort());
    const nowhere = { o_channel: null, o_name: null };
    expect(await resume(kind, name)).toEqual(kind === 'group' ? [...opened, nowhere] : opened);
    expect(await resume(kind, name)).toEqual([]);
    expect([...first, ...(await take())].sort()).toEqual([...all].sort());
  });

  it('holds for older jobs of a group that is met in another lane', async () => {
    const worker = await statements.worker();
    await pause('channel', 'Y');
    const [, next] = await statements.insert({ channel: 'Y', jobGroup: 'g' }, { jobGroup: 'g' });
    expect(ids(await statements.claimed(worker, { maxPerGroup: 9 }))).toEqual([next]);
  });

  it('holds for jobs that a process was told of, which says that a scan is needed', async () => {
    const processId = await statements.worker();
    const [id = ''] = await statements.insert({});
    await pause('name', 'JOB');
    const announced = [{ id, channel: 'DEFAULT', name: 'JOB' }];
    const told = await claimAnnounced(statements.session, statements.tables, {
      processId,
      generation: 0,
      announced,
      room: 9,
    });
    expect(told).toEqual({ jobs: [], isLeaseHeld: true, isScanNeeded: true });
  });

  it('returns when the claims under way are over: none takes anything after it', async () => {
    const worker = await statements.worker();
    await statements.insert({}, {});
    const client = await schema.pool.connect();
    await client.query('begin');
    expect(await statements.claimed(worker, { slots: 1, session: fromPg(client) })).toHaveLength(1);
    let isPaused = false;
    const paused = pause('everything', '').then(() => {
      isPaused = true;
    });
    await until('it waits for the claim', async () => (await lockWaits(schema, 'pause_v1')) === 1);
    expect(isPaused).toBe(false);
    expect(await statements.claimed(await statements.worker())).toEqual([]); // others see it already
    await client.query('commit');
    client.release();
    await paused;
    expect(await statements.claimed(worker)).toEqual([]);
  });
});
