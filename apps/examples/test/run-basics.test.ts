import { DEADLINE_MS, freePort, until } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

const start = useExamples();

describe('on an empty database', () => {
  const database = useDatabase('empty');

  it('first-job migrates, runs its job, and ends on Ctrl-C', async () => {
    const example = start('first-job', database.url());
    await example.prints(/Hello, Ada! This is job [0-9a-f-]{36}\./);
    expect(await example.stop('SIGINT')).toBe(0);
    expect(await database.rows(`select name, outcome::text, attempt from ${SCHEMA}.finalized_job`)).toEqual([
      { name: 'GREET', outcome: 'succeeded', attempt: 1 },
    ]);
    await expectTidy(database);
  });

  it('generate-migration-sql runs in several processes at once, and again', async () => {
    const atOnce = Array.from({ length: 3 }, () => start('generate-migration-sql', database.url()));
    expect(await Promise.all(atOnce.map((example) => example.ended()))).toEqual([0, 0, 0]);
    expect(await start('generate-migration-sql', database.url()).ended()).toBe(0);
    expect(await database.rows(`select version, name from ${SCHEMA}.migration`)).toEqual([
      { version: 1, name: 'initial' },
    ]);
  });

  it('migrate tells what it will apply, and then that there is nothing left', async () => {
    const first = start('migrate', database.url());
    expect(await first.ended()).toBe(0);
    expect(first.output()).toMatch(/^at version 0 of \d+, still to be applied: .*name: 'initial'/s);
    const second = start('migrate', database.url());
    expect(await second.ended()).toBe(0);
    expect(second.output()).toMatch(/^at version (\d+) of \1, still to be applied: \[\]\n$/);
  });
});

describe('on a migrated database', () => {
  const database = useDatabase();

  it('diagnose says that everything is in order, and what is not', async () => {
    const first = start('diagnose', database.url());
    expect(await first.ended()).toBe(0);
    expect(first.output()).toBe('everything is in order\n');
    await database.rows(`drop index ${SCHEMA}.job_ready`);
    const second = start('diagnose', database.url());
    expect(await second.ended()).toBe(0);
    expect(second.output()).toMatch(/^error: the index job_ready is missing .*\n {2}create index job_ready on /);
  });

  it('processes share definitions: the one enqueues, the other runs', async () => {
    expect(await start('processes/web', database.url()).ended()).toBe(0);
    const worker = start('processes/worker', database.url());
    await worker.prints('image 7 resized');
    expect(await worker.stop('SIGTERM')).toBe(0);
    await expectTidy(database);
  });

  it('waiting tells of jobs that nobody has registered', async () => {
    const example = start('waiting', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(/^2 of FORGOTTEN in DEFAULT wait since \d{4}-/m);
    await database.rows(`delete from ${SCHEMA}.job`);
  });

  it('job-definitions enqueues, and is refused what JSON would change', async () => {
    const example = start('job-definitions', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toContain(
      'the payload for "SEND_INVOICE" has NaN at payload.orderId, which JSON turns into null\n',
    );
    expect(await database.rows(`select id::text, name, state::text, payload from ${SCHEMA}.job order by seq`)).toEqual([
      {
        id: /enqueued (.*)/.exec(example.output())?.[1],
        name: 'SEND_INVOICE',
        state: 'ready',
        payload: { orderId: 4711, copyTo: ['books@example.org'] },
      },
      { id: expect.any(String), name: 'TIDY_UP', state: 'ready', payload: null },
    ]);
  });

  it('workers runs as many jobs at a time as there are slots', async () => {
    const example = start('workers', database.url());
    await example.prints('20 at a time');
    expect(await example.stop()).toBe(0);
    expect(await database.rows(`select count(*)::int as n from ${SCHEMA}.finalized_job`)).toEqual([{ n: 20 }]);
    await expectTidy(database);
  });

  it('orchestrator deletes what is past its retention', async () => {
    await start('job-definitions', database.url()).ended();
    const workers = start('workers', database.url());
    await workers.prints('at a time', 21);
    await workers.stop();
    await database.age(86_401);
    const example = start('orchestrator', database.url());
    await example.prints('ORCHESTRATOR_JOB_DELETE', 21);
    expect(await example.stop()).toBe(0);
    expect(await database.rows(`select name from ${SCHEMA}.job`)).toEqual([{ name: 'TIDY_UP' }]);
    expect(await database.rows(`select name from ${SCHEMA}.finalized_job`)).toEqual([]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('shutting-down finishes the running job on %s', async (signal) => {
    const example = start('shutting-down', database.url());
    await example.prints('started');
    const isWaiting = async (): Promise<boolean> => {
      const states = await database.rows(`select state::text from ${SCHEMA}.job order by seq`);
      return states.map(({ state }) => state).join() === 'running,ready';
    };
    await until('the second job waits', isWaiting, DEADLINE_MS, example.output);
    expect(await example.stop(signal)).toBe(0);
    expect(example.output()).toBe('started\nfinished\n');
    expect(await database.rows(`select state::text, attempt from ${SCHEMA}.job`)).toEqual([
      { state: 'ready', attempt: 0 },
    ]);
    await expectTidy(database);
  });

  it('time-limits ends a request that is never answered: the attempt has failed, and is repeated later', async () => {
    const example = start('time-limits', database.url());
    await example.prints(/JobTimeoutError: job \S+ has run for longer than its maxRunSecs \(0.5\)/);
    expect(await example.stop()).toBe(0);
    const left = `select state::text, attempt, last_error like 'JobTimeoutError: %' as is_told from ${SCHEMA}.job`;
    expect(await database.rows(left)).toEqual([{ state: 'scheduled', attempt: 1, is_told: true }]);
    await expectTidy(database);
  });

  it('readiness answers a probe once it takes jobs', async () => {
    const port = await freePort();
    const example = start('readiness', database.url(), { env: { HEALTH_PORT: String(port) } });
    await until('it is ready', async () => {
      const response = await fetch(`http://127.0.0.1:${port}`).catch(() => undefined); // it does not listen yet
      return response?.status === 200;
    });
    expect(await example.stop('SIGTERM')).toBe(0);
    await expectTidy(database);
  });

  it('in-a-container ends in time: what looks keeps the rest for later, what does not has its attempt back', async () => {
    const example = start('in-a-container', database.url(), { env: { STOP_WAIT_SECS: '0.5' } });
    await example.prints('page 7');
    await example.prints('page 101');
    expect(await example.stop('SIGTERM')).toBe(0);
    const done = await database.rows(`select payload->>'from' as page, outcome::text from ${SCHEMA}.finalized_job`);
    expect(done).toEqual([{ page: '100', outcome: 'succeeded' }]);
    const left = `select (payload->>'from')::int as page, state::text, attempt from ${SCHEMA}.job order by page`;
    const [hung, rest] = await database.rows(left);
    expect(hung).toEqual({ page: 7, state: 'ready', attempt: 0 });
    expect(rest).toMatchObject({ state: 'ready', attempt: 0 });
    expect(rest?.['page']).toBeGreaterThan(100);
    await expectTidy(database);
  });
});
