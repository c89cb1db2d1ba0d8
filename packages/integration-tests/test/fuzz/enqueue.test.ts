import { expect, it } from '@jest/globals';
import { type Context, DuplicateJobError, JobDefinition, PayloadError } from 'bearmq';
import fc from 'fast-check';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { anyValue, type Change, changed, made, optionsLike } from './support/values.ts';

const schema = useSchema();
const daemons = useDaemons();

const OVERRIDES = [
  'delaySecs',
  'numAttempts',
  'timeoutSecs',
  'maxRunSecs',
  'maxDeaths',
  'channel',
  'jobGroup',
  'headers',
  'backoff',
  'priority',
  'runAt',
  'unique',
];
const RIGHT = {
  delaySecs: 1,
  numAttempts: 2,
  timeoutSecs: 1,
  maxRunSecs: 60,
  maxDeaths: 1,
  priority: 3,
  channel: 'C',
  jobGroup: 'G',
  headers: { a: '1' },
};
const MORE_FIELDS = [
  'concurrency',
  'rateLimit',
  'groupConcurrency',
  'groupRateLimit',
  'timeoutSecs',
  'maxRunSecs',
  'backoff',
  'priority',
  'channel',
  'maxDeaths',
  'onFailure',
  'payloadSchema',
  'payloadVersion',
  'upcast',
  'unique',
];
const HUNDRED_YEARS_AND_A_DAY = 100 * 365 * 86_400 + 86_400;

const define = (context: Context) =>
  new JobDefinition<unknown>({ context, name: 'FUZZ', numAttempts: 5, workFunction: () => {} });
const countJobs = async () => Number(await schema.value('select count(*)::int from {s}.job'));

/** Runs all jobs that are there, whatever their delay. */
async function runAll(context: Context): Promise<void> {
  const events = logEvents(context);
  const expected = await countJobs();
  await schema.age(HUNDRED_YEARS_AND_A_DAY, 'job');
  daemons.worker(context, { concurrency: 100 });
  await until(`${expected} jobs have run`, () => events.of('WORKER_JOB_RUN_SUCCESS').length === expected, 60_000);
  expect(events.of('WORKER_JOB_RUN_ERROR')).toEqual([]);
  expect(events.of('DAEMON_ERROR')).toEqual([]);
}

it(
  'any payload is enqueued as JSON has it, or refused without a word of it',
  async () => {
    const context = schema.context();
    const definition = define(context);
    await definition.register();
    const secret = 'TOP-SECRET-4711';
    await fuzz('payloads', 0.08, anyValue, async (drawn, tally) => {
      const payload = { secret, drawn: made(drawn) };
      const before = await countJobs();
      let jobId: string | undefined;
      const works = await worksOrIsRefused(tally, async () => {
        try {
          jobId = await definition.enqueue(payload);
        } catch (error) {
          expect(error).toBeInstanceOf(PayloadError);
          expect((error as Error).message).not.toContain(secret);
          throw error;
        }
      });
      expect(await countJobs()).toBe(before + (works ? 1 : 0));
      if (works) {
        const stored = await schema.value('select payload::text from {s}.job where id = $1', [jobId]);
        expect(stored).toBe(JSON.stringify(payload));
      }
    });
    await runAll(context);
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any overrides of enqueue work, or are refused with nothing enqueued',
  async () => {
    const context = schema.context();
    const definition = define(context);
    await definition.register();
    await fuzz('enqueue', 0.08, optionsLike(...OVERRIDES, 'tx'), async (how, tally) => {
      const before = await countJobs();
      const works = await worksOrIsRefused(tally, () => definition.enqueue(1, changed(RIGHT, how)));
      expect(await countJobs()).toBe(before + (works ? 1 : 0));
    });
    await runAll(context);
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any items of enqueueMany are enqueued all, or refused all',
  async () => {
    const context = schema.context();
    const definition = define(context);
    await definition.register();
    const item = fc.oneof(fc.constant<readonly Change[]>([]), optionsLike(...OVERRIDES, 'payload'));
    const input = fc.record({
      items: fc.oneof(
        { weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) },
        anyValue.map((whole) => ({ whole })),
      ),
      options: fc.oneof({ weight: 4, arbitrary: fc.constant<readonly Change[]>([]) }, optionsLike('tx')),
    });
    await fuzz('enqueueMany', 0.08, input, async ({ items, options }, tally) => {
      const before = await countJobs();
      const given =
        'whole' in items ? made(items.whole) : items.map((how) => changed({ payload: { n: 1 }, ...RIGHT }, how));
      let ids: readonly string[] = [];
      await worksOrIsRefused(tally, async () => {
        ids = await definition.enqueueMany(given as never, changed({}, options));
        expect(ids).toHaveLength((given as unknown[]).length);
      });
      expect(await countJobs()).toBe(before + ids.length);
    });
    await runAll(context);
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of a definition work, from its registration to its run, or are refused',
  async () => {
    const context = schema.context();
    const fields = [
      'context',
      'name',
      'workFunction',
      'jobGroupGenerator',
      'repeatSecs',
      'delaySecs',
      'numAttempts',
      'schedules',
    ];
    let count = 0;
    const input = fc.record({
      how: optionsLike(...fields, ...MORE_FIELDS),
      group: fc.option(anyValue, { nil: undefined }),
    });
    await fuzz('JobDefinition', 0.08, input, async ({ how, group }, tally) => {
      count += 1;
      const right = { context, name: `N${count}`, workFunction: () => {}, jobGroupGenerator: () => made(group ?? 'G') };
      const before = await countJobs();
      const works = await worksOrIsRefused(tally, async () => {
        const definition = new JobDefinition(changed({ ...right, delaySecs: 0, numAttempts: 5, timeoutSecs: 0 }, how));
        const mine = schema.context();
        if ('whole' in how || how.every(({ field }) => field !== 'context')) {
          await new JobDefinition(changed({ ...right, context: mine }, how)).register();
        }
        await definition.enqueue();
      });
      if (!works) expect(await countJobs()).toBe(before);
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any unique of a definition works, or is refused; and a key that works is held',
  async () => {
    const context = schema.context();
    let count = 0;
    const fields = ['key', 'until', 'forSecs', 'onConflict', 'maxRestartSecs'];
    const input = fc.record({ how: optionsLike(...fields), key: fc.option(anyValue, { nil: undefined }) });
    await fuzz('unique', 0.08, input, async ({ how, key }, tally) => {
      count += 1;
      const right = { key: () => made(key ?? 'K') as string, until: 'finished', forSecs: 1, onConflict: 'restart' };
      const before = await countJobs();
      const unique = changed({ ...right, maxRestartSecs: 1 }, how) as never;
      if (unique === undefined) return; // none is asked for
      const works = await worksOrIsRefused(tally, async () => {
        const definition = new JobDefinition({
          context,
          name: `U${count}`,
          unique,
          delaySecs: 60,
          workFunction: () => {},
        });
        const first = await definition.submit();
        const second = await definition.submit().catch((error: unknown) => {
          if (error instanceof DuplicateJobError) return { jobId: error.jobId, outcome: 'refused' };
          throw error;
        });
        expect(second).toEqual({ jobId: first.jobId, outcome: expect.not.stringContaining('enqueued') });
      });
      expect(await countJobs()).toBe(before + (works ? 1 : 0));
    });
  },
  FUZZ_TIMEOUT_MS,
);
