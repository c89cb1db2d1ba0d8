import { DEADLINE_MS, until } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { SCHEMA, useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';
import { expectTidy } from './support/tidy.ts';

describe('the advanced examples', () => {
  const start = useExamples();
  const database = useDatabase();
  const rows = database.rows;

  it('repeating runs at once, and again when the interval is over', async () => {
    const example = start('repeating', database.url());
    await example.prints('rates refreshed');
    expect(await rows(`select rule ->> 'everySecs' as secs from ${SCHEMA}.schedule`)).toEqual([{ secs: '60' }]);
    await database.age(60);
    await example.prints('rates refreshed', 2);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('delayed runs nothing before it is due', async () => {
    const example = start('delayed', database.url());
    const areScheduled = async (): Promise<boolean> =>
      (await rows(`select 1 from ${SCHEMA}.job where state = 'scheduled'`)).length === 3;
    await until('all are scheduled', areScheduled, DEADLINE_MS, example.output);
    await until('the worker is up', async () => (await rows(`select 1 from ${SCHEMA}.process`)).length === 1);
    await database.age(31);
    await example.prints('user 8 reminded');
    expect(example.output()).not.toContain('user 7');
    await database.age(3600);
    await example.prints('user 7 reminded');
    expect(await example.stop()).toBe(0);
    const left = await rows(`delete from ${SCHEMA}.job where state = 'scheduled' returning payload`);
    expect(left).toEqual([{ payload: { userId: 9 } }]);
    await expectTidy(database);
  });

  it('retries tries again after its timeout, with the same id', async () => {
    const example = start('retries', database.url());
    await example.prints('call 1 for order 4711');
    const isWaiting = `select attempt, last_error from ${SCHEMA}.job where state = 'scheduled'`;
    await until(
      'it waits for its retry',
      async () => (await rows(isWaiting)).length === 1,
      DEADLINE_MS,
      example.output,
    );
    expect(await rows(isWaiting)).toEqual([
      { attempt: 1, last_error: expect.stringContaining('the bank did not answer') },
    ]);
    await database.age(5);
    await example.prints('paid');
    expect(await example.stop()).toBe(0);
    const keys = [...example.output().matchAll(/key (.*)/g)].map(([, key]) => key);
    expect(await rows(`select id::text, outcome::text, attempt, num_attempts from ${SCHEMA}.finalized_job`)).toEqual([
      { id: keys[0], outcome: 'succeeded', attempt: 2, num_attempts: 2 },
    ]);
    expect(new Set(keys).size).toBe(1);
  });

  it('failed-jobs tells what went with a job, and why each attempt failed', async () => {
    const example = start('failed-jobs', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(
      /^EXPORT_REPORT [0-9a-f-]{36} failed, with \{ reportId: 12 \} \{ 'x-request-id': 'r-17' \}$/m,
    );
    const told = example.output().matchAll(/^attempt (\d), 20\S+Z: Error: no room for report 12 of request r-17$/gm);
    expect([...told].map(([, attempt]) => attempt)).toEqual(['1', '2']);
    await expectTidy(database);
  });

  it('jobs cancels what runs and what waits, finds them, and has them run again', async () => {
    const example = start('jobs', database.url());
    expect(await example.ended()).toBe(0);
    const printed = example.output();
    expect(printed).toMatch(/^due: It may run at 20\S+Z: it was enqueued with a delay, or for that time\./m);
    expect(printed).toMatch(/^process \d+ on \S+ is alive, runs 1 and takes \[/m);
    expect(printed).toContain('0 run, 0 wait []');
    expect(printed).toContain('1 more will not run');
    expect(printed).toMatch(
      /^[0-9a-f-]{36} IMPORT_FILE cancelled 20\S+Z uploaded by mistake \{ file: 'orders.csv', rows: 1000000 \}$/m,
    );
    expect(printed).toMatch(/^paused: \{ jobName: 'IMPORT_FILE' \} 20\S+Z the warehouse is being moved$/m);
    expect(printed).toContain('2 run again, 0 do not');
    expect(printed).toContain('IMPORT_FILE in SLOW: 2 scheduled');
    expect(printed).toContain('1 waits no longer for its time');
    expect([...printed.matchAll(/^\S+ imported$/gm)].map(([line]) => line)).toEqual(['tonight.csv imported']);
    await expectTidy(database);
  });

  it('testing passes both of its tests, in a schema of its own, and again', async () => {
    expect(await start('testing', database.url()).ended()).toBe(0);
    const example = start('testing', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(/^\S pass 2$/m);
  });

  it('backoff waits as its rule and its function say', async () => {
    const example = start('backoff', database.url());
    const pauses = `select name, attempt, extract(epoch from run_at - claimed_at)::float8 as secs from ${SCHEMA}.job
      where state = 'scheduled' order by name`;
    await until('both wait', async () => (await rows(pauses)).length === 2, DEADLINE_MS, example.output);
    const secs = (await rows(pauses)).map((row) => Math.floor(Number(row['secs']) / 10) * 10);
    expect(secs).toEqual([30, 60]);
    expect(await example.stop()).toBe(0);
    await rows(`delete from ${SCHEMA}.job`);
  });

  it('snooze puts one report off, and gives the other up', async () => {
    const example = start('snooze', database.url());
    await example.prints('snoozed: the report is still being made');
    await database.age(61);
    await example.prints('report 1 sent');
    const failed = `select attempt, num_attempts, error from ${SCHEMA}.finalized_job where outcome = 'failed'`;
    await until('the other is given up', async () => (await rows(failed)).length === 1, DEADLINE_MS, example.output);
    expect(await rows(failed)).toEqual([
      { attempt: 1, num_attempts: 5, error: expect.stringContaining('there is no report 2') },
    ]);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('transactions enqueues with the commit only, and many at once', async () => {
    const example = start('transactions', database.url());
    await example.prints('receipt for order 4711, which exists');
    await example.prints('order 4711 was refused, and so was its receipt');
    await example.prints('2 more receipts');
    await example.prints('receipt for order 4712, which is missing');
    expect(await example.stop()).toBe(0);
    expect(await rows(`select payload from ${SCHEMA}.job`)).toEqual([{ payload: { orderId: 4713 } }]);
    expect(await rows(`select payload from ${SCHEMA}.finalized_job order by seq`)).toEqual([
      { payload: { orderId: 4711 } },
      { payload: { orderId: 4712 } },
    ]);
  });

  it('serverless enqueues while it answers a request, and leaves nothing open', async () => {
    const example = start('serverless', database.url());
    expect(await example.ended()).toBe(0);
    const [, jobId] = /^answered with {"jobId":"(.*)"}\n$/.exec(example.output()) ?? [];
    expect(await rows(`select id::text, state::text, payload from ${SCHEMA}.job`)).toEqual([
      { id: jobId, state: 'ready', payload: { orderId: 4711 } },
    ]);
  });

  it('serverless-drain sends a receipt while it answers a request', async () => {
    const example = start('serverless-drain', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(
      /^receipt for order 4711\nanswered with {"ran":1,"failed":0,"stoppedBy":"empty","left":"none","nextDueInSecs":null}\n$/,
    );
    expect(await rows(`select outcome::text from ${SCHEMA}.finalized_job`)).toEqual([{ outcome: 'succeeded' }]);
    await expectTidy(database);
  });

  it('on-failure tells support once of an order that was not shipped', async () => {
    const example = start('on-failure', database.url());
    await example.prints(/order 4711 was not shipped \(job [0-9a-f-]{36}, 3 attempts\): Error: nobody knows/);
    await example.prints(/SHIP [0-9a-f-]{36} has failed after 3 attempts Error: nobody knows where order 4711 is/);
    expect(await example.stop()).toBe(0);
    expect(await rows(`select name from ${SCHEMA}.finalized_job order by seq`)).toEqual([
      { name: 'SHIP' },
      { name: 'TELL_SUPPORT' },
    ]);
    await expectTidy(database);
  });

  it('job-defaults gives a definition what it does not say itself', async () => {
    const example = start('job-defaults', database.url());
    for (const line of ['patient: 5 attempts', 'hasty: 2 attempts', 'hasty: 1 attempts']) await example.prints(line);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('channels puts one newsletter on the urgent channel', async () => {
    const example = start('channels', database.url());
    await example.prints('RESET_PASSWORD 8 on URGENT');
    await example.prints('NEWSLETTER 7 on URGENT');
    await example.prints('NEWSLETTER 9 on DEFAULT');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('priorities has the second document rendered first', async () => {
    const example = start('priorities', database.url());
    await example.prints('document 1 rendered, priority -10');
    expect(example.output()).toMatch(/document 2 rendered, priority 10\ndocument 1/);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('job-groups runs the jobs of a group one after the other, in order', async () => {
    const example = start('job-groups', database.url());
    await example.prints(/: end/, 3);
    expect(await example.stop()).toBe(0);
    const lines = example.output().split('\n');
    expect(lines.filter((line) => line.startsWith('account 1'))).toEqual([
      'account 1: begin name',
      'account 1: end name',
      'account 1: begin address',
      'account 1: end address',
    ]);
    expect(await rows(`select job_group from ${SCHEMA}.finalized_job order by seq`)).toEqual([
      { job_group: 'account 1' },
      { job_group: 'account 1' },
      { job_group: 'imports' },
    ]);
    await expectTidy(database);
  });

  it('events tells of success and of failure', async () => {
    const example = start('events', database.url());
    await example.prints(/COIN took [\d.]+ ms/);
    await example.prints('COIN failed in attempt 1 Error: tails');
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });

  it('connections runs a context that listens on no connection', async () => {
    const example = start('connections', database.url());
    await example.prints('POLLED ran');
    await example.prints('UNPREPARED ran');
    const isOneListening = async (): Promise<boolean> => {
      const keys = await rows(`select session_key is not null as listens from ${SCHEMA}.process order by 1`);
      return JSON.stringify(keys) === '[{"listens":false},{"listens":true}]';
    };
    await until('one of the two contexts listens', isOneListening, DEADLINE_MS, example.output);
    expect(await example.stop()).toBe(0);
    await expectTidy(database);
  });
});
