import { describe, expect, jest, test } from '@jest/globals';
import { startDemo } from './support/child.ts';
import { useFolder } from './support/folder.ts';
import { useDatabase } from './support/server.ts';

jest.setTimeout(90_000);

describe('orders', () => {
  const tmpdir = useFolder();
  const { url, value } = useDatabase();
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test('are all charged once, though a process was killed; --keep leaves dashboard and schema', async () => {
    const demo = startDemo(['--orders', '400', '--database', url, '--keep'], tmpdir);
    const [, address = ''] = await demo.waitFor(/dashboard +(http\S+)/);
    const [, first, second] = await demo.waitFor(/process (\d+) and process (\d+)/);
    const [, killed] = await demo.waitFor(/kill -9 (\d+), with \d+ jobs? in its hands/);
    expect(killed).toBe(first);
    expect(isAlive(Number(killed))).toBe(false);
    await demo.waitFor(new RegExp(`put back for process ${second}, `));
    await demo.waitFor(/stays at .* until Ctrl-C/);
    expect(demo.out()).toContain('400 placed, each in one transaction with its job; 40 more rolled back');
    expect(demo.out()).toMatch(/lost 0, charged twice 0\n/);
    expect(demo.out()).toContain('Checked:');
    const page = await fetch(`${address}api/v1/jobs?state=over&jobName=CHARGE_ORDER&limit=1`);
    expect(await page.json()).toMatchObject({ jobs: [{ outcome: 'succeeded' }] });
    demo.process.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(await value('select count(*)::int4 from bearmq_demo.charge')).toBe(400);
    expect(await value('select count(*)::int4 from bearmq_demo.job')).toBe(0);
    expect(isAlive(Number(second))).toBe(false);
  });

  test('SIGINT in the middle: every order has its charge or its job', async () => {
    const demo = startDemo(['--orders', '5000', '--database', url], tmpdir);
    await demo.waitFor(/process \d+ and process \d+/);
    demo.process.kill('SIGINT');
    expect(await demo.ended).toBe(130);
    expect(demo.out()).toContain('Checked:');
    expect(demo.out()).toContain('schema dropped');
  });
});
