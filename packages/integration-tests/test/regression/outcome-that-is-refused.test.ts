import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diagnose } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { empty } from '../support/statements.ts';

// A batch of outcomes that the database refused was halved, down to the one at fault; but that one was sent again with
// every batch, for ever, each time with a pause for all, and a stop waited for it.

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();

beforeEach(() => empty(schema));

/** Made by hand, as users do, on their own queue's tables; and how it is taken away. */
const REFUSALS: readonly (readonly [string, string, string])[] = [
  [
    'a trigger',
    `create function {s}.refuse() returns trigger language plpgsql as $$
       begin if new.name = 'REFUSED' then raise exception 'not this one'; end if; return new; end $$;
     create trigger refuse before insert on {s}.finalized_job for each row execute function {s}.refuse()`,
    'drop trigger refuse on {s}.finalized_job; drop function {s}.refuse()',
  ],
  [
    'a check',
    `alter table {s}.finalized_job add constraint refuse check (name <> 'REFUSED')`,
    'alter table {s}.finalized_job drop constraint refuse',
  ],
  [
    'a foreign key',
    `create table {s}.kind (name text collate "C" primary key); insert into {s}.kind values ('RECORDED');
     alter table {s}.finalized_job add constraint refuse foreign key (name) references {s}.kind`,
    'alter table {s}.finalized_job drop constraint refuse; drop table {s}.kind',
  ],
  [
    'a unique index',
    `create unique index refuse on {s}.finalized_job (name) where name = 'REFUSED';
     insert into {s}.finalized_job (id, seq, enqueued_at, timeout_secs, outcome, attempt, num_attempts, fence, priority,
       name, channel, payload)
     values (gen_random_uuid(), 0, now(), 0, 'succeeded', 1, 1, 1, 0, 'REFUSED', 'C', 'null')`,
    'drop index {s}.refuse',
  ],
];

let undo: string | undefined;
afterEach(async () => {
  if (undo !== undefined) await schema.rows(undo);
  undo = undefined;
});

describe('an outcome that is refused', () => {
  it.each(REFUSALS)('by %s is given up, and holds nobody up, not even a stop', async (_by, make, unmake) => {
    await schema.rows(make);
    undo = unmake;
    let refused = 0;
    const driver = intercepted(schema.driver(), (statement, send) =>
      send().catch((error: unknown) => {
        if (statement.name === 'bearmq_settle') refused += 1;
        throw error;
      }),
    );
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'REFUSED');
    const { definition: other } = await notedJob<null>(context, 'RECORDED');
    const worker = daemons.worker(context, { concurrency: 10 });
    const jobId = await definition.enqueue(null, { jobGroup: 'refused' });
    await events.waitFor('DAEMON_ERROR');
    refused = 0;
    await other.enqueueMany(Array.from({ length: 2_000 }, () => ({ payload: null })));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2_000 });
    expect(refused).toBeLessThanOrEqual(4); // by itself, not in their batches
    await worker.stop();
    const [event] = events.of('WORKER_JOB_SETTLE_ERROR');
    expect(event).toMatchObject({ jobId, jobName: 'REFUSED', workerId: worker.id, error: { name: 'DatabaseError' } });
    expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toEqual([]);
    const found = await diagnose({ driver: schema.driver(), schema: schema.name });
    expect(found.filter(({ subject }) => subject === `job ${jobId}`)).toMatchObject([{ kind: 'job-unrecorded' }]);
  });

  it('is recorded after all where what refused it is gone in time', async () => {
    const [, make, unmake] = REFUSALS[0] ?? [];
    await schema.rows(make ?? '');
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'REFUSED');
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('DAEMON_ERROR');
    await schema.rows(unmake ?? '');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_SETTLE_ERROR')).toEqual([]);
  });

  it('is found among many, and they are recorded without a pause', async () => {
    const [, make, unmake] = REFUSALS[1] ?? [];
    await schema.rows(make ?? '');
    undo = unmake;
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'REFUSED');
    const { definition: other } = await notedJob<null>(context, 'RECORDED');
    for (let n = 0; n < 20; n += 1) {
      await other.enqueueMany(Array.from({ length: 20 }, () => ({ payload: null })));
      await definition.enqueue();
    }
    const worker = daemons.worker(context, { concurrency: 50 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 400 });
    await worker.stop();
    expect(events.of('WORKER_JOB_SETTLE_ERROR')).toHaveLength(20);
  });
});

describe('an error text that is refused', () => {
  it('is left out, with a word of that: the job fails', async () => {
    await schema.rows(`alter table {s}.finalized_job add constraint refuse check (error not like '%secret%')`);
    undo = 'alter table {s}.finalized_job drop constraint refuse';
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'SECRET', () => Promise.reject(new Error('secret')));
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    expect(await schema.value('select error from {s}.finalized_job where id = $1', [jobId])).toMatch(
      /^the text of the error was refused: /,
    );
  });
});

describe('a job that was put back by hand, with the id of its finalized row', () => {
  it('runs, and its last run is what history has of it; its group opens', async () => {
    const context = schema.context({ pollSecs: 0.1 });
    const events = logEvents(context);
    let fails = true;
    const { definition } = await notedJob<null>(context, 'BACK', () => {
      if (fails) throw new Error('no');
    });
    daemons.worker(context);
    const jobId = await definition.enqueue(null, { jobGroup: 'back' });
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    fails = false;
    await schema.rows(
      `insert into {s}.job (id, state, name, channel, job_group, num_attempts, timeout_secs, payload)
       select id, 'ready', name, channel, job_group, 1, 0, payload from {s}.finalized_job where id = $1`,
      [jobId],
    );
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(await schema.rows('select outcome::text, error from {s}.finalized_job where id = $1', [jobId])).toEqual([
      { outcome: 'succeeded', error: null },
    ]);
    const next = await definition.enqueue(null, { jobGroup: 'back' });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: next });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    // Whoever puts a job into a group by hand gives it no place in line: who looks after groups does, and says so.
    const warnings = events.of('WARNING').map(({ message }) => message);
    expect(warnings.filter((message) => message.startsWith('a job had the id of one in history'))).toHaveLength(1);
    expect(
      warnings.filter((message) => !/^(a job had the id|the job group "back" was found stuck)/.test(message)),
    ).toEqual([]);
  });
});

describe("columns of the user's own", () => {
  it('may have any name on our tables', async () => {
    const columns = ['error', 'outcome', 'spent', 'result', 'attempts', 'kind', 'secs', 'o'];
    await schema.rows(`alter table {s}.job ${columns.map((name) => `add column ${name} text default 'x'`).join(', ')}`);
    undo = `alter table {s}.job ${columns.map((name) => `drop column ${name}`).join(', ')}`;
    const context = schema.context();
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'COLUMNS', (n) => {
      if (n === 1) throw new Error('no');
    });
    daemons.worker(context);
    await definition.enqueue(0, { jobGroup: 'g' });
    await definition.enqueue(1, { numAttempts: 2, timeoutSecs: 0 });
    await events.waitFor('WORKER_JOB_EXPIRE');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});
