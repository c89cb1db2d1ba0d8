import { startRedis } from '@bearmq/test-database';
import { afterAll, describe, expect, it } from '@jest/globals';
import { useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';

const redis = await startRedis();
if (redis === undefined) console.warn('There is no redis-server in the PATH: the example of BullMQ is not run.');
afterAll(() => redis?.stop());

const start = useExamples();
const database = useDatabase();

/** The same program on each queue, as the pages about migrating show it. */
describe('the e-mails', () => {
  it.each(['pg-boss', 'graphile-worker', 'bearmq'])('are sent by %s', async (name) => {
    const example = start(`migrate/${name}`, database.url());
    await example.prints('mail to ada@example.org');
    await example.prints('enqueued');
    expect(await example.stop('SIGINT')).toBe(0);
    expect(example.output()).not.toContain('grace');
  });

  (redis === undefined ? it.skip : it)('are sent by bullmq', async () => {
    const example = start('migrate/bullmq', database.url(), { env: { REDIS_PORT: String(redis?.port) } });
    await example.prints('mail to ada@example.org');
    await example.prints('enqueued');
    expect(await example.stop('SIGINT')).toBe(0);
  });

  it.each([
    ['0', 'pg-boss has the mail to ada@example.org\n', 0],
    ['1', '', 1],
  ])('go to both by a share, of %s', async (BEARMQ_SHARE, output, jobs) => {
    const example = start('migrate/both', database.url(), { env: { BEARMQ_SHARE } });
    expect(await example.ended()).toBe(0);
    expect(example.output()).toBe(output);
    expect(await database.rows('select name from _bearmq.job')).toHaveLength(jobs);
  });
});
