import { rescue } from '@bearmq/core/internal';
import { expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';

const schema = useSchema({ way: 'direct' });
const statements = statementsOf(schema);
const { session, tables } = statements;

// Each worker's groups were locked after those of the worker before, so in no order: a settle could wait for the one
// group, and the rescue for the other.
it('a rescue holds no group of one worker while it waits for one of another, out of order', async () => {
  const workers = [await statements.worker(), await statements.worker()].sort();
  for (const [i, jobGroup] of ['z', 'a'].entries()) {
    await statements.insert({ jobGroup });
    await statements.claim(workers[i] as string);
  }
  await schema.age(31, 'process');
  const settling = await schema.direct.connect();
  await settling.query('begin');
  const lock = (name: string) =>
    settling.query(`select 1 from ${schema.q}.job_group where name = $1 for update`, [name]);
  await lock('a');
  const rescuing = rescue(session, tables, { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 0 });
  await until('the rescue waits', async () => (await lockWaits(schema, 'rescue_v1')) === 1);
  await lock('z');
  await settling.query('commit');
  settling.release();
  expect((await rescuing).rescued).toHaveLength(4);
});
