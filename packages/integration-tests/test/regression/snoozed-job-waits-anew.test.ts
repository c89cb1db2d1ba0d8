import { snoozed } from '@bearmq/core/internal';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

async function claimedOne() {
  const [job] = await statements.claimed(await statements.worker(), { slots: 1 });
  if (job === undefined) throw new Error('nothing was claimed');
  return job;
}

// A snooze was settled like the release of a job that had not been started: it stayed suspect of having killed a process,
// though it had run to its end, and each later run had its start recorded first; and its waiting time was counted from when
// it had first become ready.
describe('a job that puts itself off', () => {
  it('is suspect no more: it has run, and its process lives', async () => {
    const [id = ''] = await statements.insert({});
    await schema.rows('update {s}.job set suspect = true where id = $1', [id]);
    await statements.settle(snoozed(await claimedOne(), 60));
    expect(await statements.job(id)).toMatchObject({
      state: 'scheduled',
      suspect: false,
      attempt: 0,
      last_error: null,
    });
  });

  it('is ready from when its time is over, not from when it was ready before', async () => {
    const [id = ''] = await statements.insert({ delaySecs: 60 });
    await schema.rows(`update {s}.job set run_at = now() - interval '1 hour' where id = $1`, [id]);
    await statements.settle(snoozed(await claimedOne(), 60));
    expect(await statements.job(id)).toMatchObject({ ready_at: null });
    await schema.rows(`update {s}.job set run_at = now() - interval '5 seconds' where id = $1`, [id]);
    await statements.succeed(await claimedOne());
    const waited = 'select extract(epoch from claimed_at - ready_at)::float8 from {s}.finalized_job where id = $1';
    expect(Number(await schema.value(waited, [id]))).toBeLessThan(1_000);
  });

  it('is settled once, though it is told of twice', async () => {
    const [id = ''] = await statements.insert({});
    const outcome = snoozed(await claimedOne(), 60);
    await statements.settle(outcome);
    const before = await statements.job(id);
    expect(await statements.settle(outcome)).toEqual(new Set());
    expect(await statements.job(id)).toEqual(before);
  });
});
