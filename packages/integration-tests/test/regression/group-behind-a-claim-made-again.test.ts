import type { Driver } from '@bearmq/core/driver';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty } from '../support/statements.ts';
import { gate, until } from '../support/until.ts';

// A server that comes back without what it had confirmed has a group open whose job runs. Its process claims the same job
// again, and knows that it runs; but what else of the group the claim brought was begun beside it.

const schema = useSchema();
const daemons = useDaemons();

beforeEach(() => empty(schema));

/** A driver whose claims take up to ten jobs of a group at a time, as they do while jobs are fast. */
function takingTen(): Driver {
  const inner = schema.driver();
  return {
    name: inner.name,
    run: (statement) => {
      if (statement.name !== 'bearmq_claim') return inner.run(statement);
      const values = statement.values.map((value, i) =>
        i === 3 ? String(value).replace(/("maxPerGroup":)\d+/g, '$110') : value,
      );
      return inner.run({ ...statement, values });
    },
    transaction: (work) => inner.transaction(work),
    listen: (channel, listener) => inner.listen(channel, listener),
    close: () => inner.close(),
  };
}

/** Jobs of one group whose runs are noted by their payloads; the nth run lasts until its gate is opened, if it has one. */
async function groupedJob(gates: ReadonlyMap<number, Promise<void>>) {
  const context = schema.context({ pollSecs: 0.1, wakeUp: 'poll' }, { driver: takingTen() });
  const events = logEvents(context);
  const begun: number[] = [];
  const { definition } = await notedJob<number>(context, 'GROUPED', (n) => {
    begun.push(n);
    return gates.get(begun.length);
  });
  const { definition: other } = await notedJob<null>(context, 'OTHER');
  daemons.worker(context, { concurrency: 3 });
  const isRunning = `select count(*)::int from {s}.job where id = any ($1) and state = 'running'`;
  return {
    begun,
    events,
    enqueue: (n: number) => definition.enqueue(n, { jobGroup: 'g' }),
    /** Resolves once these have been claimed, and what the claim brought was taken in. */
    takenIn: async (ids: readonly string[]) => {
      await until('they are claimed', async () => (await schema.value(isRunning, [ids])) === ids.length);
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await other.enqueue() }); // by a later claim
    },
    numRunning: () => schema.value(`select running from {s}.job_group where name = 'g'`),
  };
}

const UNDONE = `state = 'ready', process_id = null, fence = 0, attempt = 0, started = false`;

describe('a claim of a group that is made again, as its first commit was lost', () => {
  it('has what comes behind the job that runs wait for it', async () => {
    const first = gate();
    const { begun, events, enqueue, takenIn, numRunning } = await groupedJob(new Map([[1, first.opened]]));
    const ids = [await enqueue(1)];
    await until('the first runs', () => begun.length === 1);
    ids.push(await enqueue(2), await enqueue(3));
    await schema.rows(
      `with g as (update {s}.job_group set running = 0) update {s}.job set ${UNDONE} where name = 'GROUPED'`,
    );
    await takenIn(ids);
    expect(begun).toEqual([1]);
    first.open();
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(begun).toEqual([1, 2, 3]);
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
    expect(await numRunning()).toBe(0);
  });

  it('has what comes before it wait for it as well, and goes on in order', async () => {
    const [first, second] = [gate(), gate()];
    const gates = new Map([
      [1, first.opened],
      [3, second.opened],
    ]);
    const { begun, events, enqueue, takenIn, numRunning } = await groupedJob(gates);
    await enqueue(0);
    await until('one before them runs', () => begun.length === 1);
    const ids = [await enqueue(1), await enqueue(2), await enqueue(3)]; // taken at once, when it is over
    first.open();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: ids[0] ?? '' });
    const isStarted = `select started from {s}.job where id = $1`;
    await until('that the second runs is recorded', async () => (await schema.value(isStarted, [ids[1]])) === true);
    await schema.rows(
      `with g as (update {s}.job_group set running = 0),
       lost as (delete from {s}.finalized_job where id = $1 returning *),
       again as (
         insert into {s}.job (id, seq, state, name, channel, job_group, num_attempts, timeout_secs, payload)
         overriding system value
         select id, seq, 'ready', name, channel, job_group, num_attempts, timeout_secs, payload from lost)
       update {s}.job set ${UNDONE} where name = 'GROUPED'`,
      [ids[0]],
    );
    await takenIn(ids);
    expect(begun).toEqual([0, 1, 2]);
    second.open();
    for (const jobId of ids.slice(1)) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(begun).toEqual([0, 1, 2, 1, 3]);
    await until('all are recorded', async () => (await numRunning()) === 0);
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
  });
});
