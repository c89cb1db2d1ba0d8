import { expect, it } from '@jest/globals';
import { type Context, InvalidOptionError, JobDefinition, previewSchedule } from 'bearmq';
import fc from 'fast-check';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { anyValue, changed, made, optionsLike } from './support/values.ts';

const schema = useSchema();
const daemons = useDaemons();

const FIELDS = [
  ...['key', 'cron', 'timeZone', 'everySecs', 'catchUp', 'maxLateSecs', 'overlap', 'jitterSecs', 'payload'],
  ...['delaySecs', 'numAttempts', 'timeoutSecs', 'maxRunSecs', 'backoff', 'priority', 'channel', 'jobGroup', 'headers'],
];
const RIGHT = { key: 'k', cron: '0 0 1 1 *', timeZone: 'Europe/Berlin', catchUp: 'all', overlap: 'allow', payload: 1 };

const define = (context: Context, name: string, schedules?: unknown) =>
  new JobDefinition<unknown>({ context, name, schedules: schedules as never, workFunction: () => {} });

it(
  'any schedule works, from its call to the run of its job, or is refused',
  async () => {
    const context = schema.context();
    const definition = define(context, 'CALLED');
    await definition.register();
    let count = 0;
    await fuzz('schedules.set', 0.08, optionsLike(...FIELDS), async (how, tally) => {
      count += 1;
      const right = { ...RIGHT, key: `k${count}` };
      await worksOrIsRefused(tally, () => context.schedules.set(definition, changed(right, how) as never));
    });
    const entered = Number(await schema.value('select count(*)::int from {s}.schedule'));
    const events = logEvents(context);
    await schema.rows(`update {s}.schedule set next_at = now()`);
    daemons.orchestrator(context);
    // On a busy machine one that may be late by a second is left out.
    const [enqueued, leftOut] = [
      () => events.of('ORCHESTRATOR_JOB_SCHEDULE').length,
      () => events.of('ORCHESTRATOR_SCHEDULE_SKIP').length,
    ];
    await until('each is enqueued', () => enqueued() + leftOut() >= entered, 60_000);
    await schema.age(200 * 366 * 86_400, 'job');
    daemons.worker(context, { concurrency: 50 });
    await until('each has run', () => events.of('WORKER_JOB_RUN_SUCCESS').length >= enqueued(), 60_000);
    expect(events.of('WORKER_JOB_RUN_ERROR')).toEqual([]);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(events.of('WARNING')).toEqual([]);
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any schedules of a definition are entered, or refused with none entered',
  async () => {
    const input = fc.oneof(
      { weight: 4, arbitrary: fc.array(optionsLike(...FIELDS), { maxLength: 3 }) },
      anyValue.map((whole) => ({ whole })),
    );
    let count = 0;
    await fuzz('JobDefinition.schedules', 0.08, input, async (given, tally) => {
      count += 1;
      const name = `D${count}`;
      const right = (i: number) => ({ ...RIGHT, key: `k${i}` });
      const schedules = 'whole' in given ? made(given.whole) : given.map((how, i) => changed(right(i), how));
      const works = await worksOrIsRefused(tally, () => define(schema.context(), name, schedules).register());
      const rows = await schema.value('select count(*)::int from {s}.schedule where job_name = $1', [name]);
      expect(rows).toBe(works && Array.isArray(schedules) ? schedules.length : 0);
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any calls about schedules work or are refused',
  async () => {
    const context = schema.context();
    const definition = define(context, 'MET');
    await definition.register();
    await context.schedules.set(definition, { key: 'k', cron: '0 0 1 1 *', payload: 1 });
    const call = fc.record({
      method: fc.constantFrom('get', 'pause', 'resume', 'remove', 'trigger', 'backfill', 'list', 'preview'),
      job: fc.oneof({ weight: 2, arbitrary: fc.constantFrom('MET', definition) }, anyValue),
      key: fc.oneof({ weight: 2, arbitrary: fc.constantFrom('k', 'none', undefined) }, anyValue),
      more: anyValue,
    });
    await fuzz('schedules', 0.08, call, async ({ method, job, key, more }, tally) => {
      const [first, second, third] = [job === definition ? job : made(job), made(key), made(more)] as never[];
      const { schedules } = context;
      await worksOrIsRefused(tally, async () => {
        if (method === 'preview') return previewSchedule(first as never, third);
        if (method === 'list') return await schedules.list(third);
        return await schedules[method](first as never, second as never, third as never);
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it('any text is a cron expression or is refused, and what it is comes', () => {
  // Those that fit everywhere are there most: of six fields all must be right.
  const field = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom('*', '*/5', '1', '1-5', '1,2') },
    {
      weight: 9,
      arbitrary: fc.constantFrom(
        '*',
        '*/5',
        '1-5',
        '0',
        '59',
        '60',
        'L',
        'MON',
        'JAN',
        '?',
        '1#2',
        '15W',
        '1,2',
        '-1',
        '+',
        '*/0',
        'x',
      ),
    },
    fc.string({ maxLength: 6 }),
  );
  const expressions = fc.array(field, { minLength: 4, maxLength: 7 }).map((fields) => fields.join(' '));
  let known = 0;
  fc.assert(
    fc.property(expressions, fc.constantFrom('UTC', 'Europe/Berlin', 'Nowhere', '+02:00', ''), (cron, timeZone) => {
      try {
        const ticks = previewSchedule({ cron, timeZone }, { from: new Date(0), count: 3 });
        known += 1;
        expect(ticks.length).toBeGreaterThan(0);
        const times = ticks.map((tick) => tick.getTime());
        expect([...new Set(times)].sort((a, b) => a - b)).toEqual(times);
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidOptionError);
        expect((error as Error).message.length).toBeLessThan(400);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(known).toBeGreaterThan(0);
});
