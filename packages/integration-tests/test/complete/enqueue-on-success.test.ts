import { describe, expect, it } from '@jest/globals';
import { type JobMetadata, LeaseLostError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { inTransaction } from './support/in-transaction.ts';

const schema = useSchema();
const daemons = useDaemons();

let nth = 0;

/** A definition that runs nowhere, for jobs to be looked at where they were enqueued. */
async function following(settings: Parameters<typeof notedJob<{ n: number }>>[3] = {}, context = schema.context()) {
  nth += 1;
  const { definition } = await notedJob<{ n: number }>(context, `FOLLOWS_${nth}`, () => {}, settings);
  const rows = () =>
    schema.rows(
      `select id, state::text, job_group, channel, priority, num_attempts, extras, payload, run_at > now() + interval '50 s' as later
       from {s}.job where name = $1 order by seq`,
      [definition.name],
    );
  return { definition, rows };
}

/** Runs one job to its end, and gives its id and its events. */
async function running(work: (metadata: JobMetadata) => unknown, numAttempts = 1, of = schema.context()) {
  nth += 1;
  const events = logEvents(of);
  const { definition } = await notedJob<null>(of, `LEADS_${nth}`, (_, metadata) => work(metadata));
  const worker = daemons.worker(of, { channels: ['LEADS'] });
  const jobId = await definition.enqueue(null, { channel: 'LEADS', numAttempts, timeoutSecs: 0 });
  const ended = ['WORKER_JOB_RUN_SUCCESS', 'WORKER_JOB_EXPIRE'] as const;
  await Promise.any(ended.map((type) => events.waitFor(type, { jobId })));
  await worker.stop();
  return { jobId, events };
}

describe('jobs that a run leaves to be enqueued with its success', () => {
  it('are, in the order of the calls, as they were asked for', async () => {
    const context = schema.context();
    const { definition, rows } = await following({ priority: 3, numAttempts: 4 }, context);
    const ids: string[] = [];
    await running(
      async ({ enqueueOnSuccess }) => {
        ids.push(await enqueueOnSuccess(definition, { n: 1 }));
        ids.push(await enqueueOnSuccess(definition, { n: 2 }, { jobGroup: 'g', headers: { a: 'b' }, priority: -1 }));
        ids.push(await enqueueOnSuccess(definition, { n: 3 }, { delaySecs: 60, channel: 'X' }));
        ids.push(await enqueueOnSuccess(definition, { n: 4 }, { runAt: new Date(Date.now() + 3_600_000) }));
        ids.push(await enqueueOnSuccess(definition, { n: 5 }, { runAt: new Date(0), maxRunSecs: 9 }));
        expect(await rows()).toEqual([]);
      },
      1,
      context,
    );
    const common = { priority: 3, num_attempts: 4, job_group: null, channel: 'DEFAULT', extras: null };
    expect(await rows()).toEqual([
      { ...common, id: ids[0], state: 'ready', payload: { n: 1 }, later: null },
      {
        ...common,
        id: ids[1],
        state: 'blocked',
        payload: { n: 2 },
        later: null,
        priority: -1,
        job_group: 'g',
        extras: { headers: { a: 'b' } },
      },
      { ...common, id: ids[2], state: 'scheduled', payload: { n: 3 }, later: true, channel: 'X' },
      { ...common, id: ids[3], state: 'scheduled', payload: { n: 4 }, later: true },
      { ...common, id: ids[4], state: 'ready', payload: { n: 5 }, later: null, extras: { maxRunSecs: 9 } },
    ]);
  });

  it('are those of the attempt that succeeds, and no other', async () => {
    const context = schema.context();
    const { definition, rows } = await following({}, context);
    await running(
      async ({ enqueueOnSuccess, attempt }) => {
        await enqueueOnSuccess(definition, { n: attempt });
        if (attempt < 3) throw new Error('not yet');
      },
      3,
      context,
    );
    expect((await rows()).map(({ payload }) => payload)).toEqual([{ n: 3 }]);
  });

  it('run at once, in their groups and in the order of these', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const order: number[] = [];
    const next = await notedJob<number>(context, 'RUN_AT_ONCE', (n) => order.push(n));
    const { definition } = await notedJob<null>(context, 'LEADS', async (_, { enqueueOnSuccess }) => {
      for (const n of [1, 2, 3]) void enqueueOnSuccess(next.definition, n, { jobGroup: 'in order' });
    });
    daemons.worker(context, { concurrency: 3 });
    await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 4 });
    expect(order).toEqual([1, 2, 3]);
  });

  it.each([
    ['commits', [{ n: 1 }]],
    ['rolls back, and is not tried again', []],
    ['rolls back, and the run goes on', [{ n: 1 }]],
    ['commits, and the run throws', [{ n: 1 }]],
  ])('are enqueued by the transaction that completes the job where that %s: once', async (how, expected) => {
    const context = schema.context();
    const { definition, rows } = await following({}, context);
    await running(
      async ({ enqueueOnSuccess, completeIn }) => {
        await enqueueOnSuccess(definition, { n: 1 });
        const transaction = inTransaction(schema, async (tx) => {
          await completeIn(tx);
          if (how.startsWith('rolls back')) throw new Error('no');
        });
        await (how === 'rolls back, and the run goes on' ? transaction.catch(() => {}) : transaction);
        if (how === 'commits, and the run throws') throw new Error('late');
      },
      1,
      context,
    );
    expect((await rows()).map(({ payload }) => payload)).toEqual(expected);
  });

  it('go through the hooks and the codec of the context, and their payloads are stored as they were', async () => {
    const payloadCodec = {
      encode: async (payload: unknown) => ({ sealed: payload }),
      decode: (stored: unknown) => (stored as { sealed: unknown }).sealed,
    };
    const context = schema.context({ payloadCodec });
    context.use({
      name: 'tenant',
      enqueue: (jobs, next) => {
        for (const { headers } of jobs) headers['tenant'] = 'acme';
        return next();
      },
    });
    const { definition, rows } = await following({}, context);
    await running(async ({ enqueueOnSuccess }) => void (await enqueueOnSuccess(definition, { n: 1 })), 1, context);
    expect(await rows()).toMatchObject([{ payload: { sealed: { n: 1 } }, extras: { headers: { tenant: 'acme' } } }]);
  });

  it('that cannot be made fail the run, whether it waits for that or not', async () => {
    const context = schema.context();
    const { definition, rows } = await following({}, context);
    for (const waits of [true, false]) {
      const { jobId } = await running(
        async ({ enqueueOnSuccess }) => {
          const made = enqueueOnSuccess(definition, { n: Number.NaN });
          if (waits) await made;
        },
        1,
        context,
      );
      expect(await context.jobs.get(jobId)).toMatchObject({
        outcome: 'failed',
        error: expect.stringContaining('PayloadError'),
      });
    }
    expect(await rows()).toEqual([]);
  });

  it('are refused with a unique key, of another context, too many, after completeIn, and once the run is over', async () => {
    const context = schema.context();
    const { definition, rows } = await following({}, context);
    const keyed = await following({ unique: { key: ({ n }) => `${n}`, until: 'finished' } }, context);
    const foreign = await following({}, schema.context());
    const refused: unknown[] = [];
    const note = (promise: Promise<unknown>) => promise.catch((error: unknown) => refused.push(error));
    let after: JobMetadata['enqueueOnSuccess'] | undefined;
    await running(
      async ({ enqueueOnSuccess, completeIn }) => {
        await inTransaction(schema, async (tx) => {
          await completeIn(tx);
          await note(enqueueOnSuccess(definition, { n: 1 }));
        });
      },
      1,
      context,
    );
    await running((metadata) => {
      after = metadata.enqueueOnSuccess;
    });
    await note(after?.(definition, { n: 1 }) as Promise<string>);
    expect(refused).toEqual([
      expect.objectContaining({ message: expect.stringContaining('must be called before completeIn') }),
      expect.any(LeaseLostError),
    ]);
    expect(await rows()).toEqual([]);
    // What could not follow has the attempt fail, whoever caught it.
    for (const [wrong, message] of [
      [(made: JobMetadata['enqueueOnSuccess']) => made(keyed.definition, { n: 1 }).catch(() => {}), 'has unique keys'],
      [(made: JobMetadata['enqueueOnSuccess']) => made(definition, { n: 1 }, { unique: 'k' }), 'cannot be a key'],
      [(made: JobMetadata['enqueueOnSuccess']) => made(foreign.definition, { n: 1 }), 'is of another one'],
      [
        (made: JobMetadata['enqueueOnSuccess']) => made({ name: 'X' } as never, null as never),
        'must be a JobDefinition',
      ],
      [
        (made: JobMetadata['enqueueOnSuccess']) =>
          Promise.all(Array.from({ length: 1_001 }, (_, n) => made(definition, { n }))),
        'takes at most 1000 jobs',
      ],
    ] as const) {
      const { jobId } = await running(({ enqueueOnSuccess }) => wrong(enqueueOnSuccess), 1, context);
      expect(await context.jobs.get(jobId)).toMatchObject({
        outcome: 'failed',
        error: expect.stringContaining(message),
      });
    }
    expect(await keyed.rows()).toEqual([]);
    await running(
      async ({ enqueueOnSuccess }) => void (await enqueueOnSuccess(keyed.definition, { n: 1 }, { unique: null })),
      1,
      context,
    );
    expect(await keyed.rows()).toHaveLength(1);
  });

  it('of some megabytes are enqueued beside the outcomes of other jobs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    nth += 1;
    const { definition: next } = await notedJob<string>(context, `LARGE_${nth}`);
    const { definition } = await notedJob<null>(context, 'LEADS_LARGE', async (_, { enqueueOnSuccess }) => {
      await enqueueOnSuccess(next, 'x'.repeat(3_000_000), { delaySecs: 60 });
    });
    daemons.worker(context, { concurrency: 5 });
    const ids = await definition.enqueueMany(Array.from({ length: 5 }, () => ({})));
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(
      await schema.value(`select sum(octet_length(payload::text))::int from {s}.job where name = $1`, [next.name]),
    ).toBe(5 * 3_000_002);
  });
});
