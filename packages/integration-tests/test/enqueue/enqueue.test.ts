import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { DatabaseError, InvalidOptionError, JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted, ENQUEUES, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const row = async (jobId: string) =>
  (
    await schema.rows(
      `select state::text, channel, job_group, num_attempts, timeout_secs, attempt,
        extract(epoch from run_at - enqueued_at)::float8 as delay from {s}.job where id = $1`,
      [jobId],
    )
  )[0];

describe('enqueue', () => {
  it('resolves to the id of a job that is durable by then', async () => {
    const definition = new JobDefinition({ context: schema.context(), name: 'DURABLE', workFunction: () => {} });
    const jobId = await definition.enqueue();
    expect(jobId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await schema.value('select name from {s}.job where id = $1', [jobId])).toBe('DURABLE');
  });

  it('needs no registration in this process', async () => {
    const producer = new JobDefinition({ context: schema.context(), name: 'FROM_ELSEWHERE', workFunction: () => {} });
    const jobId = await producer.enqueue();
    const context = schema.context();
    const events = logEvents(context);
    await notedJob<null>(context, 'FROM_ELSEWHERE');
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });

  it('uses the defaults of the contract', async () => {
    const definition = new JobDefinition({ context: schema.context(), name: 'DEFAULTS', workFunction: () => {} });
    expect(await row(await definition.enqueue())).toEqual({
      state: 'ready',
      channel: 'DEFAULT',
      job_group: null,
      num_attempts: 1,
      timeout_secs: 300,
      attempt: 0,
      delay: null,
    });
  });

  it('takes what the definition says, and any of it otherwise once', async () => {
    const definition = new JobDefinition({
      context: schema.context(),
      name: 'SETTINGS',
      delaySecs: 5,
      numAttempts: 3,
      timeoutSecs: 7,
      channel: 'MINE',
      jobGroupGenerator: ({ of }: { of: string }) => `group of ${of}`,
      workFunction: () => {},
    });
    const own = {
      state: 'scheduled',
      channel: 'MINE',
      job_group: 'group of a',
      num_attempts: 3,
      timeout_secs: 7,
      attempt: 0,
      delay: 5,
    };
    const enqueued = async (overrides?: Parameters<typeof definition.enqueue>[1]) =>
      row(await definition.enqueue({ of: 'a' }, overrides));
    expect(await enqueued()).toEqual(own);
    expect(await enqueued({ delaySecs: 30 })).toEqual({ ...own, delay: 30 });
    expect(await enqueued({ delaySecs: 0 })).toEqual({ ...own, delay: null, state: 'blocked' });
    expect(await enqueued({ numAttempts: 2 })).toEqual({ ...own, num_attempts: 2 });
    expect(await enqueued({ timeoutSecs: 0 })).toEqual({ ...own, timeout_secs: 0 });
    expect(await enqueued({ channel: 'OTHER' })).toEqual({ ...own, channel: 'OTHER' });
    expect(await enqueued({ jobGroup: 'other' })).toEqual({ ...own, job_group: 'other' });
    expect(await enqueued({ jobGroup: undefined } as object)).toEqual(own);
    expect(await enqueued()).toEqual(own);
  });

  it.each([
    ['numAttempts', 0, /whole number/],
    ['delaySecs', -1, /from 0/],
    ['timeoutSecs', '5', /number of seconds/],
    ['channel', '', /empty/],
    ['jobGroup', '', /empty/],
    ['jobGroup', 'x'.repeat(1_025), /1024 bytes/],
    ['jobgroup', 'x', /did you mean "jobGroup"/],
    ['timeoutSec', 5, /did you mean "timeoutSecs"/],
  ])('refuses an override that is wrong (%s), and enqueues nothing', async (option, value, message) => {
    const definition = new JobDefinition({ context: schema.context(), name: 'WRONG', workFunction: () => {} });
    const error = await rejectionOf(definition.enqueue(null, { [option]: value } as object));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: `enqueue.${option}`, message: expect.stringMatching(message) });
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'WRONG'`)).toBe(0);
  });

  it('puts calls of one process in the queue in their order, awaited or not', async () => {
    const context = schema.context();
    const { definition } = await notedJob<{ n: number }>(context, 'ORDER');
    await Promise.all(Array.from({ length: 100 }, (_, n) => definition.enqueue({ n })));
    for (let n = 100; n < 105; n += 1) await definition.enqueue({ n });
    const order = await schema.rows(`select payload->>'n' as n from {s}.job where name = 'ORDER' order by seq`);
    expect(order.map(({ n }) => Number(n))).toEqual(Array.from({ length: 105 }, (_, n) => n));
  });

  it('shares statements among calls in flight: 50 at a time cost a few', async () => {
    const counts = counted(schema.driver());
    const context = schema.context({}, { driver: counts.driver });
    const definition = new JobDefinition({ context, name: 'GATHERED', workFunction: () => {} });
    await Promise.all(Array.from({ length: 50 }, () => definition.enqueue()));
    expect(counts.of(...ENQUEUES)).toBeLessThanOrEqual(2);
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'GATHERED'`)).toBe(50);
  });

  it('sends what gathers while a statement is under way with the next one', async () => {
    const [first, sent] = [gate(), gate()];
    let statements = 0;
    const driver = intercepted(schema.driver(), async (statement, send) => {
      if (ENQUEUES.includes(statement.name)) {
        statements += 1;
        sent.open();
        await first.opened;
      }
      return send();
    });
    const definition = new JobDefinition({
      context: schema.context({}, { driver }),
      name: 'NEXT',
      workFunction: () => {},
    });
    const one = definition.enqueue();
    await sent.opened;
    const others = Array.from({ length: 20 }, () => definition.enqueue());
    first.open();
    await Promise.all([one, ...others]);
    expect(statements).toBe(2);
  });

  it('lets one job that the database refuses fail alone', async () => {
    await schema.rows(`alter table {s}.job add constraint mine check (payload->>'bad' is null)`);
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition<object>({ context, name: 'ONE_BAD', workFunction: () => {} });
    const payloads = [{ n: 0 }, { bad: 'x' }, { n: 1 }, { n: 2 }];
    const results = await Promise.allSettled(payloads.map((payload) => definition.enqueue(payload)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    const [, refused] = results;
    expect(refused).toMatchObject({ reason: { name: 'DatabaseError', sqlState: '23514', constraint: 'mine' } });
    expect((refused as PromiseRejectedResult).reason).toBeInstanceOf(DatabaseError);
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'ONE_BAD'`)).toBe(3);
    expect(events.of('JOB_DEFINITION_JOB_ENQUEUE')).toHaveLength(3);
    await schema.rows('alter table {s}.job drop constraint mine');
  });

  it('works again after a refusal', async () => {
    const definition = new JobDefinition({ context: schema.context(), name: 'GOES_ON', workFunction: () => {} });
    const gone = new JobDefinition({
      context: schema.context({}, { driver: schema.newDriver({ url: 'postgres://nobody@127.0.0.1:1/nothing' }) }),
      name: 'GOES_ON',
      workFunction: () => {},
    });
    const error = await rejectionOf(gone.enqueue());
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ sqlState: null, isRetryable: true });
    await rejectionOf(gone.enqueue());
    await definition.enqueue();
  });

  it('takes large batches and large payloads', async () => {
    const definition = new JobDefinition<string>({ context: schema.context(), name: 'LARGE', workFunction: () => {} });
    const large = 'ä'.repeat(1_500_000);
    const ids = await Promise.all([
      ...Array.from({ length: 2_500 }, () => definition.enqueue('small')),
      ...Array.from({ length: 4 }, () => definition.enqueue(large)),
    ]);
    expect(new Set(ids).size).toBe(2_504);
    expect(await schema.value(`select count(*)::int from {s}.job where name = 'LARGE'`)).toBe(2_504);
    expect(await schema.value('select length(payload #>> $2)::int from {s}.job where id = $1', [ids[2_503], []])).toBe(
      1_500_000,
    );
  });
});
