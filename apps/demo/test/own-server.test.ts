import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { jobRow, startDemo } from './support/child.ts';
import { useFolder, writeSample } from './support/folder.ts';
import { isListening } from './support/server.ts';

jest.setTimeout(90_000);

describe('with a PostgreSQL of its own', () => {
  const tmpdir = useFolder();
  const folder = useFolder();

  test('every file is worked off, and the figures are right', async () => {
    const { files, folders } = writeSample(folder);
    const demo = startDemo([folder, '--workers', '3'], tmpdir);
    expect(await demo.ended).toBe(0);
    expect(demo.err()).toBe('');
    const out = demo.out();
    expect(out).toContain(`${files} files in ${folders} folders enqueued`);
    // Jobs, ok, failed, retries: the 25th file fails at first.
    expect(jobRow(out, 'MEASURE_FILE').slice(1, 5)).toEqual([`${files}`, `${files}`, '0', '1']);
    expect(jobRow(out, 'NEVER_WORKS').slice(1, 5)).toEqual(['1', '0', '1', '2']);
    expect(jobRow(out, 'LOOK_AGAIN').slice(1, 5)).toEqual(['1', '1', '0', '0']);
    expect(jobRow(out, 'COUNT_BACKLOG').slice(1, 5)).toEqual(['1', '1', '0', '0']);
    const [, ticks, ticksDone] = jobRow(out, 'REPORT');
    expect(Number(ticks)).toBeGreaterThanOrEqual(2);
    expect(ticksDone).toBe(ticks);
    expect(out).toContain('NEVER_WORKS failed for good after 3 attempts: PlannedFailure: as planned');
    const enqueued = files + 3 + Number(ticks);
    expect(out).toContain(`Checked: ${enqueued} enqueued = ${enqueued - 1} succeeded + 1 failed,`);
    expect(out).toContain('Duplicates: 1 file that others equal byte for byte (1 group, 25 B).');
    expect(out).toMatch(/Delay: the job with delaySecs 1 ran after [1-9].* s; a\.md is unchanged\./);
    expect(out).toContain('Left out: 1, being links');
    expect(out).not.toContain('left-out');

    const csv = readFileSync(/Results: (\S+)/.exec(out)?.[1] ?? '', 'utf8');
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, 'a.md')))
      .digest('hex');
    expect(csv).toContain(`\na.md,25,3,5,${sha256},,`);
    expect(csv).toContain('"odd/with ""quotes"", and\na line end.txt",1,1,1,');
    expect(csv.match(/^many\//gm)).toHaveLength(25);
  });

  test('what is no terminal gets plain lines, and the server is gone afterwards', async () => {
    const demo = startDemo([folder], tmpdir);
    const [, port] = await demo.waitFor(/on port (\d+), for this run/);
    const [, progress] = await demo.waitFor(/\n(.* · queue .*)\n/);
    expect(progress).toMatch(
      /^ {2}[█░]{10} \d+\/33 · \d+ retried · \d+ failed · \d+ running · \d+\/s · queue \d+, later \d+$/,
    );
    expect(await demo.ended).toBe(0);
    expect(demo.out()).not.toContain('\x1b');
    expect(await isListening(Number(port))).toBe(false);
  });

  test('SIGTERM ends it gracefully, server and all', async () => {
    const demo = startDemo([folder], tmpdir);
    const [, port] = await demo.waitFor(/on port (\d+), for this run/);
    await demo.waitFor(/enqueued, and some others/);
    demo.process.kill('SIGTERM');
    expect(await demo.ended).toBe(130);
    expect(demo.out()).toMatch(/Checked: .* left in the queue/);
    expect(demo.err()).toBe('');
    expect(await isListening(Number(port))).toBe(false);
  });
});
