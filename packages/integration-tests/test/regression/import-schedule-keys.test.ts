import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningRedis, startRedis } from '@bearmq/test-database';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { Queue } from 'bullmq';
import { callOn } from '../cli/support/call.ts';
import { endRivals, type Rival, startRival } from '../import/support/rival.ts';
import { useSchema } from '../support/database.ts';

// Where schedules of two queues have one key and become schedules of one definition, each was entered over the one before, and
// all were deleted in the other system: all but the last were lost.

const redis: RunningRedis | undefined = await startRedis();
const schema = useSchema({ database: 'own', way: 'direct' });
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
const map = join(folder, 'map.json');
endRivals();

beforeAll(() => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  writeFileSync(map, JSON.stringify({ numbers: 'SEND', letters: 'SEND' }));
});
beforeEach(async () => {
  await schema.rows('delete from {s}.schedule');
});
afterAll(async () => {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const crons = async () => (await schema.context().schedules.list()).schedules.map(({ cron }) => cron);

describe('bearmq import pg-boss --set-schedules', () => {
  let boss: Rival;
  beforeEach(async () => {
    boss ??= await startRival('pg-boss', schema.url);
    await schema.rows('delete from pgboss.schedule');
  });

  const left = () => schema.rows('select name, cron from pgboss.schedule order by name');
  const run = (...more: readonly string[]) => callOn(schema, ['import', 'pg-boss', '--map', map, ...more]);

  it('leaves the second of two schedules that would have one key, and says so', async () => {
    await boss.call('createQueue', 'letters');
    await boss.call('schedule', 'letters', '0 3 * * *', { from: 'letters' });
    await boss.call('schedule', 'numbers', '0 4 * * *', { from: 'numbers' });
    expect(await run('--set-schedules', '--strict')).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('SEND: a schedule "default" of SEND is there already'),
    });
    expect([await crons(), await left()]).toEqual([['0 3 * * *'], [{ name: 'numbers', cron: '0 4 * * *' }]]);
    expect((await run()).out).toContain('SEND: a schedule "default" of SEND is there already');
  });

  it('leaves a schedule whose key another one has in BearMQ, but not one that is the same', async () => {
    const definition = new JobDefinition<unknown>({ context: schema.context(), name: 'SEND' });
    await schema.context().schedules.set(definition, { key: 'default', cron: '0 5 * * *', payload: 1 });
    await boss.call('schedule', 'numbers', '0 4 * * *', { from: 'numbers' });
    expect((await run('--set-schedules')).out).toContain('a schedule "default" of SEND is there already');
    expect([await crons(), (await left()).length]).toEqual([['0 5 * * *'], 1]);
    await schema
      .context()
      .schedules.set(definition, { key: 'default', cron: '0 4 * * *', payload: { from: 'numbers' } });
    expect((await run('--set-schedules')).out).toContain('set the schedule SEND default');
    expect([await crons(), await left()]).toEqual([['0 4 * * *'], []]);
  });
});

(redis === undefined ? describe.skip : describe)('bearmq import bullmq --set-schedules', () => {
  it('leaves the second of two job schedulers that would have one key, and says so', async () => {
    const connection = { host: '127.0.0.1', port: redis?.port ?? 0 };
    const queues = ['letters', 'numbers'].map((name) => new Queue(name, { connection }));
    try {
      for (const [i, queue] of queues.entries()) {
        await queue.upsertJobScheduler('nightly', { pattern: `0 ${i + 3} * * *` }, { name: 'x', data: { i } });
      }
      const url = `redis://127.0.0.1:${redis?.port}`;
      const argv = ['import', 'bullmq', '--redis', url, '--queue', 'letters,numbers', '--map', map, '--set-schedules'];
      const { out } = await callOn(schema, argv);
      expect(out).toContain('SEND: a schedule "nightly" of SEND is there already');
      expect(await crons()).toEqual(['0 3 * * *']);
      expect((await queues[1]?.getJobSchedulers())?.map(({ key }) => key)).toEqual(['nightly']);
    } finally {
      await Promise.all(queues.map((queue) => queue.close()));
    }
  });
});
