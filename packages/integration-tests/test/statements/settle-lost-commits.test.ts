import { beforeEach, describe, expect, it } from '@jest/globals';
import { benchOf, empty, type NewRow } from '../support/bench.ts';
import { useSchema } from '../support/database.ts';

const schema = useSchema();
const bench = benchOf(schema);

beforeEach(() => empty(schema));

async function oneClaimed(row: NewRow = {}) {
  const [id = ''] = await bench.insert(row);
  const [job] = await bench.claimed(await bench.worker());
  if (job === undefined) throw new Error('nothing was claimed');
  return { id, job };
}

/** What a server does that loses its latest commits: the claim was never made. */
const loseClaim = () =>
  schema.rows(`with g as (update {s}.job_group set running = 0)
    update {s}.job set state = 'ready', worker_id = null, claims = claims - 1, attempt = attempt - 1, started = false`);

describe('a settle of a claim whose commit was lost', () => {
  it.each(['succeeded', 'failed', 'waiting'] as const)(
    'leaves alone the claim of another worker that got the same number: %s',
    async (kind) => {
      const { id, job: lost } = await oneClaimed({ jobGroup: 'g', numAttempts: 2 });
      await loseClaim();
      const holder = await bench.worker();
      const [held] = await bench.claimed(holder);
      expect(held?.claims).toBe(lost.claims);
      const said = { job: lost, errorText: 'x' };
      const outcome = kind === 'waiting' ? { kind, ...said, attempt: 1, secs: 0 } : { kind, ...said };
      expect(await bench.settle(outcome)).toEqual(new Set([id]));
      expect(await bench.job(id)).toMatchObject({ state: 'running', worker_id: holder });
      expect(await bench.group('g')).toMatchObject({ running: 1 });
      if (held !== undefined) expect(await bench.succeed(held)).toEqual(new Set());
      // Also a copy that comes later, when history has the same number.
      expect(await bench.settle(outcome)).toEqual(new Set([id]));
      expect(await bench.finalized(id)).toMatchObject({ outcome: 'succeeded', worker_id: holder });
      expect(await bench.group('g')).toMatchObject({ running: 0 });
    },
  );

  it('does not take a job that the other has handed back for one that it has settled itself', async () => {
    const { id, job: lost } = await oneClaimed();
    await loseClaim();
    const [held] = await bench.claimed(await bench.worker());
    if (held === undefined) throw new Error('nothing was claimed');
    await bench.settle({ kind: 'waiting', job: held, attempt: 0, secs: 0, errorText: null });
    expect(await bench.succeed(lost)).toEqual(new Set([id]));
  });

  it('does not take a job that was taken back, and came to its number so, for one that it has settled itself', async () => {
    const { id, job: lost } = await oneClaimed({ numAttempts: 2 });
    // Taken back from an earlier claim, which was not lost: that raises the number as well.
    await schema.rows(`update {s}.job set state = 'ready', worker_id = null, attempt = 0, started = false`);
    const failed = { kind: 'waiting', job: lost, attempt: 1, secs: 0, errorText: 'x' } as const;
    expect(await bench.settle(failed)).toEqual(new Set([id]));
    expect(await bench.job(id)).toMatchObject({ state: 'ready', attempt: 0 });
  });

  it('is of no effect while nobody has claimed the job again', async () => {
    const { id, job: lost } = await oneClaimed({ jobGroup: 'g' });
    await loseClaim();
    expect(await bench.succeed(lost)).toEqual(new Set([id]));
    expect(await bench.job(id)).toMatchObject({ state: 'ready', attempt: 0 });
    expect(await bench.group('g')).toMatchObject({ running: 0 });
  });
});
