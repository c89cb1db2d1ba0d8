import { rescue } from '@bearmq/core/internal';
import { describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { notedJob } from '../support/jobs.ts';
import { lockWaits } from '../support/lock-waits.ts';
import { statementsOf, whileLocked } from '../support/statements.ts';
import { gate, until } from '../support/until.ts';

const daemons = useDaemons();

// Whoever recorded outcomes, or took back the jobs of a dead process, waited for a job that somebody's transaction held,
// and held the rows of all groups concerned meanwhile; given up by its client, it went on waiting in the server.
describe("while a user's transaction holds", () => {
  const schema = useSchema();
  it.each([
    ['the job that is to run next in a group, others behind it', 'next', 3],
    ['the only job that waits in a group', 'next', 2],
    ['the job that runs in a group', 'running', 2],
    ['a job that runs, of no group', 'running', 0],
  ] as const)(
    '%s, the outcomes of other jobs are recorded, and its own once it is let go',
    async (title, held, size) => {
      const context = schema.context();
      const finish = gate();
      const { definition, runs } = await notedJob<number>(context, title, (n) => n === 0 && finish.opened);
      daemons.worker(context, { concurrency: 10 });
      const jobGroup = size === 0 ? {} : { jobGroup: title };
      const ids = [await definition.enqueue(0, jobGroup)];
      await until('it runs', () => runs.length === 1);
      for (let n = 1; n < size; n += 1) ids.push(await definition.enqueue(n, jobGroup));
      const blocked = `select count(*)::int from {s}.job where state = 'blocked'`;
      await until('the others wait', async () => (await schema.value(blocked)) === Math.max(0, size - 1));
      const others = `select count(*)::int from {s}.finalized_job where payload::text = '100' and name = $1`;
      const lock = `select from {s}.job where id = $1 for update`;
      await whileLocked(schema, lock, [ids[held === 'next' ? 1 : 0]], async () => {
        finish.open();
        await definition.enqueueMany(Array.from({ length: 50 }, () => ({ payload: 100 })));
        await until('the others are recorded', async () => (await schema.value(others, [title])) === 50);
        await until('nothing waits for it', async () => (await lockWaits(schema, 'settle_v1')) === 0);
      });
      await until('all is recorded', async () => (await schema.value('select count(*)::int from {s}.job')) === 0);
      expect(runs.map(({ payload }) => payload).filter((n) => n < 100)).toEqual([0, 1, 2].slice(0, Math.max(1, size)));
    },
  );
});

describe('a rescue', () => {
  const schema = useSchema({ way: 'direct' });
  const statements = statementsOf(schema);
  const { session, tables } = statements;
  const rescuing = async () =>
    (await rescue(session, tables, { selfId: null, unlockSecs: 10_800, blockedSecs: 10_800, graceSecs: 0 })).rescued;

  it('puts back the jobs of one dead process while a transaction holds one of another, whose turn comes later', async () => {
    const processes = [await statements.worker(), await statements.worker()].sort();
    const ids: (string | undefined)[] = [];
    for (const [i, jobGroup] of ['a', 'b'].entries()) {
      ids.push(...(await statements.insert({ jobGroup })));
      await statements.claim(processes[i] as string);
    }
    await schema.age(31, 'process');
    await whileLocked(schema, 'select from {s}.job where id = $1 for update', [ids[0]], async () => {
      expect(await rescuing()).toEqual([
        { kind: 'process', processId: processes[0] },
        expect.objectContaining({ kind: 'job', jobId: ids[1] }),
        { kind: 'process', processId: processes[1] },
      ]);
    });
    expect(await rescuing()).toEqual([expect.objectContaining({ kind: 'job', jobId: ids[0] })]);
  });
});
