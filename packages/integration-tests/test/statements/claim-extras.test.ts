import { claimAnnounced } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);
const EXTRAS = '{"headers":  {"a": "1"}}';

beforeEach(() => empty(schema));

/** Enqueues a job that carries something beside its payload, and one that does not. */
async function insertBoth(): Promise<readonly [rich: string, plain: string]> {
  const [rich = '', plain = ''] = await statements.insert({ numAttempts: 3 }, { numAttempts: 3 });
  await schema.rows('update {s}.job set extras = $2 where id = $1', [rich, EXTRAS]);
  return [rich, plain];
}

const kept = (id: string) => schema.rows('select extras::text as extras from {s}.finalized_job where id = $1', [id]);

describe('what a job carries beside its payload', () => {
  it('comes with a claim as the text that it is, and is null for a job without any', async () => {
    const worker = await statements.worker();
    const [rich, plain] = await insertBoth();
    const jobs = await statements.claimed(worker);
    expect(jobs.map(({ id, extras }) => [id, extras])).toEqual([
      [rich, EXTRAS],
      [plain, null],
    ]);
  });

  it('comes likewise with a claim of jobs that were told of', async () => {
    const processId = await statements.worker();
    const both = await insertBoth();
    const announced = both.map((id) => ({ id, channel: 'DEFAULT', name: 'JOB' }));
    const input = { processId, generation: 0, announced, room: 1_000_000 };
    const { jobs } = await claimAnnounced(schema.driver(), statements.tables, input);
    expect(jobs.map(({ id, extras }) => [id, extras])).toEqual([
      [both[0], EXTRAS],
      [both[1], null],
    ]);
  });

  it('stays with the job through a retry, and is kept in history', async () => {
    const worker = await statements.worker();
    const [rich, plain] = await insertBoth();
    const [first] = await statements.claimed(worker, { slots: 1 });
    if (first === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'waiting', job: first, attempt: 1, secs: 0, errorText: 'again' });
    const [again, other] = await statements.claimed(worker);
    if (again === undefined || other === undefined) throw new Error('not both were claimed');
    expect([again.id, again.extras]).toEqual([rich, EXTRAS]);
    await statements.succeed(other);
    await statements.settle({ kind: 'failed', job: again, errorText: 'no' });
    expect(await kept(rich)).toEqual([{ extras: EXTRAS }]);
    expect(await kept(plain)).toEqual([{ extras: null }]);
  });
});
