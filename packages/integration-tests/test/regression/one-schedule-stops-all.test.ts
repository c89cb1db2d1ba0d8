import { expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

const schema = useSchema();
const daemons = useDaemons();

/** What no call would have entered: its jobs are refused by the server. */
const ABSURD: Readonly<Record<string, string>> = {
  'a delay beyond all times': '{"everySecs":3600,"overrides":{"delaySecs":1e300}}',
  'fewer attempts than none': '{"everySecs":3600,"overrides":{"numAttempts":-1}}',
  'a jitter beyond all times': '{"everySecs":3600,"jitterSecs":1e300}',
  'a priority beyond all numbers': '{"everySecs":3600,"overrides":{"priority":1e300}}',
};

// All that is due is enqueued by one statement. A row that somebody had written by hand, of which the server could make no
// job, so failed it for all schedules of the process, again and again.
it('a schedule whose job the server refuses keeps no other from being enqueued, and is told of by its key', async () => {
  const context = schema.context();
  const events = logEvents(context);
  const definition = new JobDefinition({ context, name: 'TICKING', workFunction: () => {} });
  await definition.register();
  const insert = `insert into {s}.schedule (job_name, key, origin, rule) values ('TICKING', $1, 'api', $2)`;
  for (const [key, rule] of Object.entries(ABSURD)) await schema.rows(insert, [key, rule]);
  const sound = Array.from({ length: 20 }, (_, n) => `sound ${n}`);
  for (const key of sound) await schema.rows(insert, [key, '{"everySecs":3600}']);

  daemons.orchestrator(context, { jobSchedulePollSecs: 0.2 });
  const ticks = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: sound.length });
  expect(ticks.map(({ scheduleKey }) => scheduleKey).sort()).toEqual(sound.sort());
  const told = await events.waitFor('WARNING', { count: Object.keys(ABSURD).length });
  for (const key of Object.keys(ABSURD)) {
    expect(told.filter(({ message }) => message.includes(JSON.stringify(key)))).toHaveLength(1);
  }
  expect(events.of('DAEMON_ERROR')).toEqual([]);
  expect(await schema.value('select count(*)::int from {s}.job')).toBe(sound.length);
});

// Likewise where the codec or a hook, which see all that is due, threw for one of them.
it('a schedule whose payload the codec throws for keeps no other from being enqueued, and is told of by its key', async () => {
  const encode = (value: unknown) => {
    if (value === 'secret') throw new Error('there is no key for this');
    return value;
  };
  const context = schema.context({ payloadCodec: { encode, decode: (stored) => stored } });
  const events = logEvents(context);
  const definition = new JobDefinition<string>({
    context,
    name: 'ENCODED',
    schedules: ['a', 'b', 'secret', 'd', 'e'].map((key) => ({ key, everySecs: 3_600, payload: key })),
    workFunction: () => {},
  });
  await definition.register();
  daemons.orchestrator(context, { jobSchedulePollSecs: 0.2 });
  const ticks = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 4 });
  expect(ticks.map(({ scheduleKey }) => scheduleKey).sort()).toEqual(['a', 'b', 'd', 'e']);
  const [warning] = await events.waitFor('WARNING');
  expect(warning).toMatchObject({
    message: expect.stringContaining('"secret" of "ENCODED"'),
    error: new Error('there is no key for this'),
  });
  expect(events.of('DAEMON_ERROR')).toEqual([]);
});

it('a schedule for which a hook never ends keeps no other from being enqueued, nor the orchestrator from its stop', async () => {
  const context = schema.context();
  const events = logEvents(context);
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  context.use({
    name: 'hanging',
    enqueue: async (jobs, next) => {
      if (jobs.some(({ payload }) => payload === 'hung')) await ended;
      await next();
    },
  });
  const definition = new JobDefinition<string>({
    context,
    name: 'HANGING',
    schedules: ['hung', 'sound'].map((key) => ({ key, everySecs: 3_600, payload: key })),
    workFunction: () => {},
  });
  await definition.register();
  const orchestrator = daemons.orchestrator(context, { jobSchedulePollSecs: 0.2 });
  const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
  expect(tick?.scheduleKey).toBe('sound');
  const [warning] = await events.waitFor('WARNING');
  expect(warning).toMatchObject({ message: expect.stringContaining('"hung" of "HANGING"') });
  await orchestrator.stop();
  // What ends at last still counts, once, however often it was tried.
  end();
  await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE', { count: 2 });
  expect(await schema.value(`select count(*)::int from {s}.job where name = 'HANGING'`)).toBe(2);
});
