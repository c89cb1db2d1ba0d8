import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningRedis, startRedis } from '@bearmq/test-database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { callOn } from '../cli/support/call.ts';
import { linesOf } from '../cli/support/golden.ts';
import { useSchema } from '../support/database.ts';

// The report counted by queue alone: where the map gives the names of a queue different definitions, all jobs were told of as
// those of the definition that came first.

const redis: RunningRedis | undefined = await startRedis();
const schema = useSchema({ way: 'direct' });
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
beforeAll(() => symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules')));
afterAll(async () => {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

(redis === undefined ? describe.skip : describe)('bearmq import bullmq', () => {
  it('tells how many jobs each definition got of a queue', async () => {
    const queue = new Queue('emails', { connection: { host: '127.0.0.1', port: redis?.port ?? 0 } });
    try {
      for (const name of ['welcome', 'other', 'other']) await queue.add(name, { name });
    } finally {
      await queue.close();
    }
    const map = join(folder, 'map.json');
    writeFileSync(map, JSON.stringify({ emails: 'MAIL', 'emails:welcome': 'WELCOME' }));
    const url = `redis://127.0.0.1:${redis?.port}`;
    const argv = ['import', 'bullmq', '--redis', url, '--queue', 'emails', '--map', map, '--plain'];
    const expected = [
      ['emails', 'WELCOME', '1'],
      ['emails', 'MAIL', '2'],
    ];
    for (const more of [['--dry-run'], []]) {
      expect(linesOf((await callOn(schema, [...argv, ...more])).out)).toEqual(expect.arrayContaining(expected));
    }
    expect(await schema.rows('select name, count(*)::int from {s}.job group by name order by name')).toEqual([
      { name: 'MAIL', count: 2 },
      { name: 'WELCOME', count: 1 },
    ]);
  });
});
