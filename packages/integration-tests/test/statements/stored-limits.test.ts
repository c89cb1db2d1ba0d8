import { getLimits, listLimits, setGroupLimits, setLaneLimits } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { statementsOf, whileLocked } from '../support/statements.ts';

const schema = useSchema({ way: 'direct' });
const { session, tables } = statementsOf(schema);

beforeEach(() => schema.rows('truncate {s}.job, {s}.process, {s}.job_limit, {s}.job_group, {s}.job_turn'));

const lane = { kind: 'name', name: 'N', origin: 'api', limits: { concurrency: 2 } } as const;
const list = (limit = 10) => listLimits(session, tables, { limit, after: undefined });

describe('limits in the database', () => {
  it('are read as they were written', async () => {
    const limits = {
      concurrency: 1,
      rateLimit: { max: 2, perSecs: 0.5 },
      groupConcurrency: 3,
      groupRateLimit: { max: 4, perSecs: 60 },
    };
    expect(await setLaneLimits(session, tables, { ...lane, kind: 'channel', limits })).toBe(true);
    const stored = { kind: 'channel', name: 'N', origin: 'api', limits } as const;
    expect(await getLimits(session, tables, stored)).toEqual(stored);
    const ofGroup = { groupConcurrency: 3, groupRateLimit: { max: 4, perSecs: 60 }, weight: 5 };
    await setGroupLimits(session, tables, { name: 'g', limits: ofGroup });
    const group = { kind: 'group', name: 'g', origin: 'api', limits: ofGroup } as const;
    expect(await getLimits(session, tables, group)).toEqual(group);
    expect(await list()).toEqual([stored, group]);
    expect(await list(1)).toEqual([stored]);
  });

  it('of a definition are not written over those of a call', async () => {
    await setLaneLimits(session, tables, lane);
    expect(await setLaneLimits(session, tables, { ...lane, origin: 'definition', limits: { concurrency: 9 } })).toBe(
      false,
    );
    expect(await getLimits(session, tables, lane)).toEqual(lane);
  });

  it('of groups that merely run are none', async () => {
    await schema.rows(`insert into {s}.job_group (name, running) values ('busy', 1)`);
    expect(await list()).toEqual([]);
    expect(await getLimits(session, tables, { kind: 'group', name: 'busy' })).toBeNull();
  });

  it('wait for claims under way, for half a second at most', async () => {
    await schema.rows(`insert into {s}.process (id, expires_at) values (gen_random_uuid(), now())`);
    const claiming = 'select 1 from {s}.process for key share';
    const refused = await whileLocked(schema, claiming, [], () =>
      setLaneLimits(session, tables, lane).catch((error: unknown) => error),
    );
    expect(refused).toMatchObject({ sqlState: '55P03' });
    expect(await list()).toEqual([]);
    expect(await setLaneLimits(session, tables, lane)).toBe(true);
  });

  it('are found by an index of groups with limits, however many have none', async () => {
    await schema.rows(`insert into {s}.job_group (name, running) select 'g' || n, 0 from generate_series(1, 5000) n`);
    await schema.rows('analyze {s}.job_group');
    const plan = await schema.rows(`explain select 1 from {s}.job_group where name > ''
      and (max_running is not null or weight is not null or rate_max is not null) order by name limit 100`);
    expect(JSON.stringify(plan)).toContain('job_group_limited');
  });
});
