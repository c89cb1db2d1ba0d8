import { randomBytes } from 'node:crypto';
import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError, JobDefinition, PayloadError } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { counted, ENQUEUES } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const HUNDRED_YEARS = 100 * 365 * 86_400;
const PAYLOAD_BYTES = 64 * 1024 * 1024;
const MAX_ATTEMPTS = 1_000_000;

/** A text that nothing can compress: an index entry is as large as it can be. */
const noise = (bytes: number) => randomBytes(bytes).toString('base64').slice(0, bytes);

function nested(depth: number): unknown {
  let value: unknown = null;
  for (let i = 0; i < depth; i += 1) value = i % 2 === 0 ? [value] : { value };
  return value;
}

describe('what is just within the limits goes through to its run:', () => {
  it('the longest name, channel and group together, at the longest settings', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const [name, channel, jobGroup] = [noise(255), noise(255), noise(1_024)];
    const { definition, runs } = await notedJob<null>(context, name);
    const settings = { delaySecs: HUNDRED_YEARS, timeoutSecs: HUNDRED_YEARS, numAttempts: MAX_ATTEMPTS };
    const jobId = await definition.enqueue(null, { channel, jobGroup, ...settings });
    await schema.age(HUNDRED_YEARS, 'job');
    daemons.worker(context, { channels: [channel] });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(runs[0]?.metadata).toMatchObject({ jobName: name, channel, jobGroup, numAttempts: MAX_ATTEMPTS });
  });

  it('the longest pause, before the last of the most attempts', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const fails = () => {
      throw new Error('on purpose');
    };
    const settings = { numAttempts: MAX_ATTEMPTS, timeoutSecs: HUNDRED_YEARS };
    const { definition, runs } = await notedJob<null>(context, 'LAST_ATTEMPT', fails, settings);
    const jobId = await definition.enqueue();
    await schema.rows('update {s}.job set attempt = num_attempts - 2 where id = $1', [jobId]);
    const worker = daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    await worker.stop();
    await schema.age(HUNDRED_YEARS, 'job');
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(runs.map(({ metadata }) => metadata.attempt)).toEqual([MAX_ATTEMPTS - 1, MAX_ATTEMPTS]);
  });

  it('the smallest delay, and a zero with a sign', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'SMALLEST');
    daemons.worker(context);
    for (const secs of [Number.MIN_VALUE, -0]) {
      const jobId = await definition.enqueue(-0, { delaySecs: secs, timeoutSecs: secs });
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    }
  });

  it('the largest payload, in bytes of JSON', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let received = '';
    const { definition } = await notedJob<string>(context, 'LARGEST', (payload) => {
      received = payload;
    });
    const payload = 'ü'.repeat(PAYLOAD_BYTES / 2 - 1); // and two quotes
    const jobId = await definition.enqueue(payload);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(received === payload).toBe(true);
    await schema.rows('delete from {s}.finalized_job where id = $1', [jobId]);
  });

  it('the deepest payload', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<unknown>(context, 'DEEPEST');
    daemons.worker(context);
    const jobId = await definition.enqueue(nested(1_000));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(JSON.stringify(runs[0]?.payload)).toBe(JSON.stringify(nested(1_000)));
  });

  it('the largest settings of a context, a worker and an orchestrator, and no loop spins', async () => {
    const counts = counted(schema.driver());
    const largest = { jobPostFinalizeDeleteSecs: HUNDRED_YEARS, jobGroupUnlockSecs: HUNDRED_YEARS };
    const context = schema.context({ ...largest, leaseSecs: 86_400, pollSecs: 3_600 }, { driver: counts.driver });
    const events = logEvents(context);
    const repeating = { context, name: 'RARE', repeatSecs: HUNDRED_YEARS, workFunction: () => {} };
    await new JobDefinition(repeating).register();
    const settings = { numAttempts: 2, timeoutSecs: HUNDRED_YEARS };
    const fails = () => {
      throw new Error('on purpose');
    };
    const { definition } = await notedJob<null>(context, 'LARGEST_SETTINGS', fails, settings);
    const channels = ['DEFAULT', ...Array.from({ length: 999 }, () => noise(255))];
    daemons.worker(context, { channels, concurrency: 10_000 });
    daemons.orchestrator(context, { jobSchedulePollSecs: 3_600, cleanUpPollSecs: 86_400 });
    await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    for (let i = 0; i < 20; i += 1) {
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_ERROR', { jobId });
    }
    // A timer of more than 2 ** 31 - 1 ms would fire at once, again and again.
    expect(counts.total).toBeLessThan(250);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(await schema.value(`select next_at > now() + interval '99 years' from {s}.schedule`)).toBe(true);
  });
});

describe('what is just beyond a limit is refused before anything is sent:', () => {
  const counts = () => counted(schema.driver());
  const items = new Array(1_000_001).fill({ payload: 1 });

  it.each<[string, unknown, object, RegExp]>([
    ['a name of a channel', 1, { channel: 'x'.repeat(256) }, /^enqueue.channel must have at most 255 bytes/],
    ['a name of a group', 1, { jobGroup: 'ü'.repeat(513) }, /^enqueue.jobGroup must have at most 1024 bytes/],
    [
      'a delay',
      1,
      { delaySecs: HUNDRED_YEARS + 1 },
      /^enqueue.delaySecs must be .* from 0 to 3153600000, got 3153600001$/,
    ],
    ['a pause', 1, { timeoutSecs: HUNDRED_YEARS + 1 }, /^enqueue.timeoutSecs must be/],
    ['attempts', 1, { numAttempts: MAX_ATTEMPTS + 1 }, /^enqueue.numAttempts must be .* from 1 to 1000000/],
    ['a payload', 'ü'.repeat(PAYLOAD_BYTES / 2), {}, /has more than 67108864 bytes of JSON; keep large data elsewhere/],
    ['levels of a payload', nested(1_001), {}, /is nested more than 1000 levels deep; pass a flatter one$/],
  ])('too much of %s', async (_what, payload, overrides, message) => {
    const { driver, ...sent } = counts();
    const context = schema.context({}, { driver });
    const definition = new JobDefinition<unknown>({ context, name: 'REFUSED', workFunction: () => {} });
    const error = (await rejectionOf(definition.enqueue(payload, overrides))) as Error;
    expect(error).toBeInstanceOf('jobName' in error ? PayloadError : InvalidOptionError);
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(300);
    expect(sent.of(...ENQUEUES)).toBe(0);
  });

  it.each<[string, unknown, string]>([
    ['a million and one', items, 'takes at most 1000000 jobs in one call, got 1000001; make several calls'],
    ['four billion', new Array(2 ** 32 - 1), 'takes at most 1000000 jobs in one call, got 4294967295'],
    ['none, but a length', { length: 1 }, 'takes a list of jobs, got an object'],
    ['a hole', new Array(1), 'takes an object of options, got undefined'],
  ])('items of enqueueMany: %s', async (_what, given, message) => {
    const { driver, ...sent } = counts();
    const context = schema.context({}, { driver });
    const definition = new JobDefinition<unknown>({ context, name: 'REFUSED', workFunction: () => {} });
    const error = await rejectionOf(definition.enqueueMany(given as never));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
    expect(sent.of(...ENQUEUES)).toBe(0);
  });

  it('channels of a worker, however many', () => {
    const context = schema.context();
    for (const length of [1_001, 2 ** 32 - 1]) {
      const make = () => daemons.worker(context, { channels: new Array(length) });
      expect(make).toThrow(`Worker.channels must have at most 1000 items, got ${length}`);
    }
  });

  it('a group that is not a text but a promise of one, whose failure ends nothing', async () => {
    const jobGroupGenerator = (async () => {
      throw new Error('never heard');
    }) as unknown as () => string;
    const settings = { context: schema.context(), name: 'ASYNC', workFunction: () => {}, jobGroupGenerator };
    const error = await rejectionOf(new JobDefinition(settings).enqueue());
    expect(error).toMatchObject({
      message: expect.stringContaining('gave a group that must be a string, got an object'),
    });
  });

  it('what is no event handler', () => {
    expect(() => schema.context().addEventHandler({} as never)).toThrow(
      'Context.addEventHandler must be a function, got an object',
    );
  });
});
