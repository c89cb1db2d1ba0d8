import { rejectionOf } from '@bearmq/test-support';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { JobDefinition, type JobDraft, type PayloadCodec, PayloadError } from 'bearmq';
import { z } from 'zod';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { define, makeDue, type Payload, YEARLY } from './support/scheduled.ts';

const schema = useSchema();
const daemons = useDaemons();

beforeEach(async () => {
  await schema.rows('truncate {s}.schedule, {s}.job');
});

const payload = { to: 'ada' };

/** Turns texts around, and marks them. */
const turning: PayloadCodec = {
  encode: (plain) => `turned ${[...JSON.stringify(plain)].reverse().join('')}`,
  decode: (stored) => JSON.parse([...String(stored).slice('turned '.length)].reverse().join('')),
};

describe('the payload of a schedule', () => {
  it('is refused where it does not fit the schema of its definition, when it is declared and when it is set', async () => {
    const context = schema.context();
    const make = (name: string, to: string) =>
      new JobDefinition({
        context,
        name,
        payloadSchema: z.object({ to: z.email() }),
        schedules: [{ cron: YEARLY, payload: { to } }],
        workFunction: () => {},
      });
    expect(await rejectionOf(make('WRONG', 'nobody').register())).toBeInstanceOf(PayloadError);
    const right = make('RIGHT', 'ada@example.org');
    await right.register();
    const set = context.schedules.set(right, { key: 'k', cron: YEARLY, payload: { to: 'nobody' } });
    expect(await rejectionOf(set)).toMatchObject({ issues: [{ path: 'to' }] });
    expect(await schema.rows('select job_name, key from {s}.schedule')).toEqual([
      { job_name: 'RIGHT', key: 'default' },
    ]);
  });

  it('has the version that it was entered with, also when a later release enqueues it', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const runs: unknown[] = [];
    const first = new JobDefinition<Payload>({ context, name: 'AGED', payloadVersion: 2 });
    await context.schedules.set(first, { key: 'k', cron: YEARLY, payload });
    const second = new JobDefinition<Payload & { copies: number }>({
      context,
      name: 'AGED',
      payloadVersion: 3,
      upcast: { 2: (old: Payload) => ({ ...old, copies: 1 }) },
      workFunction: (made) => void runs.push(made),
    });
    await second.register();
    await makeDue(schema, 'AGED', 1, 'k');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await context.schedules.trigger('AGED', 'k');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs).toEqual([
      { to: 'ada', copies: 1 },
      { to: 'ada', copies: 1 },
    ]);
  });
});

describe('the jobs of a schedule', () => {
  it('go through the hooks of a context and its codec, one that is triggered too', async () => {
    const context = schema.context({ payloadCodec: turning });
    const events = logEvents(context);
    const seen: JobDraft[] = [];
    context.use({
      name: 'marking',
      enqueue: (jobs, next) => {
        for (const job of jobs) {
          seen.push(job);
          job.headers['marked'] = 'yes';
        }
        return next();
      },
    });
    const { definition, runs } = define(context, 'HOOKED', [
      { key: 'k', cron: YEARLY, payload, headers: { a: '1' }, delaySecs: 60 },
    ]);
    await definition.register();
    await makeDue(schema, 'HOOKED', 1, 'k');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    const [tick] = await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
    const jobId = await context.schedules.trigger('HOOKED', 'k');
    expect(seen.map((job) => [job.jobId, job.origin, job.payload])).toEqual([
      [tick?.jobId, 'schedule', payload],
      [jobId, 'schedule', payload],
    ]);
    expect(await schema.rows('select payload::text from {s}.job')).toEqual([
      { payload: expect.stringContaining('turned') },
      { payload: expect.stringContaining('turned') },
    ]);
    await schema.rows(`update {s}.job set run_at = now()`);
    daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    expect(runs).toMatchObject([payload, payload].map((one) => ({ payload: one })));
    for (const { metadata } of runs) expect(metadata.headers).toEqual({ a: '1', marked: 'yes' });
    expect(runs.map(({ metadata }) => metadata.tick?.origin).sort()).toEqual(['schedule', 'trigger']);
  });

  it('that a hook does not let pass are tried again, and none is lost', async () => {
    const context = schema.context();
    const events = logEvents(context);
    let fails = 1;
    context.use({
      name: 'refusing once',
      enqueue: (_, next) => {
        if (fails > 0) {
          fails -= 1;
          throw new Error('not now');
        }
        return next();
      },
    });
    const { definition, runs } = define(context, 'AGAIN', [{ key: 'k', cron: YEARLY, payload }]);
    await definition.register();
    await makeDue(schema, 'AGAIN', 1, 'k');
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    daemons.worker(context);
    const [warning] = await events.waitFor('WARNING');
    expect(warning).toMatchObject({ message: expect.stringContaining('"AGAIN"'), error: new Error('not now') });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(runs).toHaveLength(1);
  });

  it('of a group are found by a worker, each in its turn', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = define(context, 'GROUPED', [
      { key: 'k', everySecs: 1, catchUp: 'all', payload, jobGroup: 'g' },
    ]);
    await definition.register();
    await makeDue(schema, 'GROUPED', 4, 'k');
    daemons.worker(context);
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 4 });
    const dueAt = runs.map(({ metadata }) => metadata.tick?.dueAt.getTime() ?? 0);
    expect(dueAt).toEqual([...dueAt].sort((a, b) => a - b));
    expect(new Set(runs.map(({ metadata }) => metadata.jobGroup))).toEqual(new Set(['g']));
  });
});
