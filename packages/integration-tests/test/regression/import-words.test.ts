import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningRedis, startRedis } from '@bearmq/test-database';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callOn } from '../cli/support/call.ts';
import { endRivals, type Rival, startRival } from '../import/support/rival.ts';
import { useSchema } from '../support/database.ts';

// What was wrong with a map or an address was told in the words of the API or of a package, or of each job instead of once.

const redis: RunningRedis | undefined = await startRedis();
const schema = useSchema({ database: 'own', way: 'direct' });
const folder = mkdtempSync(join(tmpdir(), 'bearmq-import-'));
const map = join(folder, 'map.json');
let old: Rival;
endRivals();
beforeAll(async () => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  old = await startRival('graphile-worker', schema.url);
});
afterAll(async () => {
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const run = (content: string, system = 'graphile-worker', ...more: readonly string[]) => {
  writeFileSync(map, content);
  return callOn(schema, ['import', system, '--map', map, ...more]);
};

describe('bearmq import', () => {
  it.each([
    [
      JSON.stringify({ numbers: 'x'.repeat(300) }),
      '--map: "numbers": name: must have at most 255 bytes in UTF-8, got 300',
    ],
    [JSON.stringify({ numbers: 'a\0b' }), '--map: "numbers": name: must not contain a NUL character'],
    [
      JSON.stringify({ numbers: { name: 'NUMBERS', channel: 'x'.repeat(300) } }),
      '--map: "numbers": channel: must have at most 255 bytes in UTF-8, got 300',
    ],
  ])('names the entry of the map that no definition can have (%#)', async (content, problem) => {
    expect(await run(content)).toEqual({ exitCode: 2, out: '', err: expect.stringContaining(`error: ${problem}`) });
  });

  it('reads a map that begins with a byte order mark', async () => {
    expect(await run('\uFEFF{ "numbers": "NUMBERS" }')).toMatchObject({ exitCode: 0 });
  });

  it.each(['12000-01-01', '290000-01-01'])('leaves a job that starts in %s, and says why', async (start) => {
    await old.add([1], 60);
    await schema.rows('update graphile_worker._private_jobs set run_at = $1::timestamptz', [start]);
    const { out } = await run('{ "numbers": "NUMBERS" }');
    expect(out).toMatch(/has a start that never comes|runAt must be at most 100 years from now, got \+012000/);
    await schema.rows('delete from graphile_worker._private_jobs');
  });
});

(redis === undefined ? describe.skip : describe)('bearmq import bullmq', () => {
  it.each([
    [
      '--redis: give an address such as redis://127.0.0.1:6379: Invalid URL',
      'redis://:secret@127.0.0.1:port',
      'numbers',
    ],
    ['--queue: "a:b": Queue name cannot contain :', undefined, 'a:b'],
  ])('says what is wrong: %s', async (problem, url, queue) => {
    const more = ['--redis', url ?? `redis://127.0.0.1:${redis?.port}`, '--queue', queue];
    expect(await run('{ "a": "A" }', 'bullmq', ...more)).toEqual({ exitCode: 2, out: '', err: `error: ${problem}\n` });
  });
});
