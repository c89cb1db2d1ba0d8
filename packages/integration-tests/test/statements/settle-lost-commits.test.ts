import { beforeEach, describe, expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';
import { empty, lineUpAll, type NewRow, statementsOf } from '../support/statements.ts';

const schema = useSchema();
const statements = statementsOf(schema);

beforeEach(() => empty(schema));

async function oneClaimed(row: NewRow = {}) {
  const [id = ''] = await statements.insert(row);
  const [job] = await statements.claimed(await statements.worker());
  if (job === undefined) throw new Error('nothing was claimed');
  return { id, job };
}

/** What a server does that loses its latest commits: the claim was never made. */
const loseClaim = async () => {
  await schema.rows(`with g as (update {s}.job_group set running = 0)
    update {s}.job set state = 'ready', process_id = null, fence = fence - 1, attempt = attempt - 1, started = false`);
  await lineUpAll(schema);
};

describe('a settle of a claim whose commit was lost', () => {
  it.each(['succeeded', 'failed', 'waiting'] as const)(
    'leaves alone the claim of another worker that got the same number: %s',
    async (kind) => {
      const { id, job: lost } = await oneClaimed({ jobGroup: 'g', numAttempts: 2 });
      await loseClaim();
      const holder = await statements.worker();
      const [held] = await statements.claimed(holder);
      expect(held?.fence).toBe(lost.fence);
      const said = { job: lost, errorText: 'x' };
      const outcome = kind === 'waiting' ? { kind, ...said, attempt: 1, secs: 0 } : { kind, ...said };
      expect(await statements.settle(outcome)).toEqual(new Set([id]));
      expect(await statements.job(id)).toMatchObject({ state: 'running', process_id: holder });
      expect(await statements.group('g')).toMatchObject({ running: 1 });
      if (held !== undefined) expect(await statements.succeed(held)).toEqual(new Set());
      // Also a copy that comes later, when history has the same number.
      expect(await statements.settle(outcome)).toEqual(new Set([id]));
      expect(await statements.finalized(id)).toMatchObject({ outcome: 'succeeded', process_id: holder });
      expect(await statements.group('g')).toMatchObject({ running: 0 });
    },
  );

  it('does not take a job that the other has released for one that it has settled itself', async () => {
    const { id, job: lost } = await oneClaimed();
    await loseClaim();
    const [held] = await statements.claimed(await statements.worker());
    if (held === undefined) throw new Error('nothing was claimed');
    await statements.settle({ kind: 'waiting', job: held, attempt: 0, secs: 0, errorText: null });
    expect(await statements.succeed(lost)).toEqual(new Set([id]));
  });

  it('does not take a job that was taken back, and came to its number so, for one that it has settled itself', async () => {
    const { id, job: lost } = await oneClaimed({ numAttempts: 2 });
    // Taken back from an earlier claim, which was not lost: that raises the number as well.
    await schema.rows(`update {s}.job set state = 'ready', process_id = null, attempt = 0, started = false`);
    const failed = { kind: 'waiting', job: lost, attempt: 1, secs: 0, errorText: 'x' } as const;
    expect(await statements.settle(failed)).toEqual(new Set([id]));
    expect(await statements.job(id)).toMatchObject({ state: 'ready', attempt: 0 });
  });

  it('is of no effect while nobody has claimed the job again', async () => {
    const { id, job: lost } = await oneClaimed({ jobGroup: 'g' });
    await loseClaim();
    expect(await statements.succeed(lost)).toEqual(new Set([id]));
    expect(await statements.job(id)).toMatchObject({ state: 'ready', attempt: 0 });
    expect(await statements.group('g')).toMatchObject({ running: 0 });
  });
});
