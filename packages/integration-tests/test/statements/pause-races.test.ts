import { claimAnnounced, pause, resume } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { empty, statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const { session, tables } = statements;

beforeEach(async () => {
  await empty(schema);
  await schema.rows('truncate {s}.pause');
});

const isWaiting = async (name: string): Promise<boolean> => (await lockWaits(schema, name)) > 0;
const EVERYTHING = { kind: 'everything', name: '' } as const;

describe('a pause', () => {
  it('returns only when claims under way are over, and later ones take nothing', async () => {
    await statements.insert({}, {});
    const processId = await statements.worker();
    const client = await schema.direct.connect();
    try {
      // A claim that has its process's row, has looked for pauses, and has not committed.
      await client.query('begin');
      const demands = JSON.stringify([{ channels: null, slots: 1, ahead: 0, maxPerGroup: 1 }]);
      const { rows } = await client.query(`select * from ${schema.q}.claim_v1($1, 0, '{JOB}', $2, null)`, [
        processId,
        demands,
      ]);
      expect(rows).toHaveLength(2);
      let isOver = false;
      const paused = pause(session, tables, { ...EVERYTHING, reason: null }).then((isNew) => {
        isOver = true;
        return isNew;
      });
      await until('the pause waits', () => isWaiting('pause_v1'));
      expect(isOver).toBe(false);
      expect(await schema.value('select count(*)::int from {s}.pause')).toBe(1);
      await client.query('commit');
      expect(await paused).toBe(true);
    } finally {
      client.release();
    }
    expect(await statements.claimed(processId)).toEqual([]);
  });

  it('is seen by a claim that waits for its process while it is made', async () => {
    const [id = ''] = await statements.insert({});
    const processId = await statements.worker();
    const client = await schema.direct.connect();
    try {
      // As the pause itself, between its commit and its end.
      await client.query('begin');
      await client.query(`select 1 from ${schema.q}.process order by id for update`);
      const claimed = statements.claimed(processId);
      await until('the claim waits', () => isWaiting('claim_v1'));
      await schema.rows(`insert into {s}.pause (kind, name) values ('name', 'JOB')`);
      await client.query('commit');
      expect(await claimed).toEqual([]);
    } finally {
      client.release();
    }
    expect(await statements.job(id)).toMatchObject({ state: 'ready', fence: 0 });
  });

  it('keeps what is announced from being taken by its id', async () => {
    const [id = ''] = await statements.insert({});
    const processId = await statements.worker();
    const take = async () =>
      (
        await claimAnnounced(session, tables, {
          processId,
          generation: 0,
          announced: [{ id, channel: 'DEFAULT', name: 'JOB' }],
          room: 1_000,
        })
      ).jobs;
    await pause(session, tables, { kind: 'channel', name: 'DEFAULT', reason: null });
    expect(await take()).toEqual([]);
    await resume(session, tables, { kind: 'channel', name: 'DEFAULT' });
    expect(await take()).toHaveLength(1);
  });
});

describe('a resume of a group', () => {
  const GROUP = { kind: 'group', name: 'g' } as const;

  it('opens its place in line, that a claim has shut meanwhile', async () => {
    await statements.insert({ jobGroup: 'g' });
    const processId = await statements.worker();
    await pause(session, tables, { ...GROUP, reason: null });
    for (const _ of [1, 2]) expect(await statements.claimed(processId)).toEqual([]);
    expect(await schema.value('select open from {s}.job_turn')).toBe(false);
    expect(await resume(session, tables, GROUP)).toBe(true);
    expect(await statements.claimed(processId)).toHaveLength(1);
    expect(await resume(session, tables, GROUP)).toBe(false);
  });

  it('waits for a claim that shuts the place, and opens it after that', async () => {
    await statements.insert({ jobGroup: 'g' });
    const processId = await statements.worker();
    await pause(session, tables, { ...GROUP, reason: null });
    const client = await schema.direct.connect();
    try {
      await client.query('begin');
      const demands = JSON.stringify([{ channels: null, slots: 1, ahead: 0, maxPerGroup: 1 }]);
      await client.query(`select * from ${schema.q}.claim_v1($1, 0, '{JOB}', $2, null)`, [processId, demands]);
      const resumed = resume(session, tables, GROUP);
      await until('the resume waits', () => isWaiting('resume_v1'));
      await client.query('commit');
      expect(await resumed).toBe(true);
    } finally {
      client.release();
    }
    expect(await statements.claimed(processId)).toHaveLength(1);
  });
});
