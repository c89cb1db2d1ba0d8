import { until } from '@bearmq/test-support';
import { afterEach, describe, expect, it } from '@jest/globals';
import { withDatabase } from './support/database.ts';
import { expectedRuntime, outcomeOf, type Running, startProgram } from './support/smoke.ts';

/** Bun and Deno have node:http too, and most that is mounted there is mounted by it. */
const ways = expectedRuntime === 'node' ? ['node'] : [expectedRuntime, 'node'];

let running: Running | undefined;
afterEach(() => {
  running?.child.kill('SIGKILL'); // only where a test has failed: else it has ended
});

/** Serves the dashboard in one of the ways, and has `use` called with the address that it is mounted at. */
async function served(way: string, use: (mount: string) => Promise<void>): Promise<void> {
  await withDatabase(async (url) => {
    const program = startProgram(`dashboard/${way}`, url);
    running = program;
    let [, port]: (string | undefined)[] = [];
    await until('the program listens', () => {
      [, port] = /^port (\d+)$/m.exec(program.said.output) ?? [];
      if (program.child.exitCode !== null) throw new Error(`it has ended: ${program.said.errors}`);
      return port !== undefined;
    });
    await use(`http://127.0.0.1:${port}/admin/jobs`);
    program.child.kill('SIGTERM');
    const { code, errors } = await outcomeOf(program);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });
}

describe.each(ways)(`the dashboard on ${expectedRuntime}, served as %s.ts does`, (way) => {
  it('has its page, which allows no foreign script, and its files', async () => {
    await served(way, async (mount) => {
      const page = await fetch(mount);
      expect(page.status).toBe(200);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
      const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
      expect(links.length).toBeGreaterThanOrEqual(2);
      for (const link of links) {
        const file = await fetch(new URL(link, mount));
        expect([link, file.status, (await file.arrayBuffer()).byteLength > 100]).toEqual([link, 200, true]);
      }
    });
  });

  it('answers, refuses a write that another site could send, and does one that it could not', async () => {
    await served(way, async (mount) => {
      const overview = await fetch(`${mount}/api/v1/overview`);
      expect([overview.status, await overview.json()]).toEqual([
        200,
        expect.objectContaining({ states: expect.anything() }),
      ]);
      const write = async (headers: Readonly<Record<string, string>>) => {
        const body = JSON.stringify({ channel: 'büro', reason: 'closed' });
        return await fetch(`${mount}/api/v1/pauses`, { method: 'POST', headers, body });
      };
      const pauses = async () => (await fetch(`${mount}/api/v1/pauses`)).json();
      const foreign = await write({ 'content-type': 'application/json' });
      expect([foreign.status, await foreign.json()]).toMatchObject([403, { error: { code: 'CROSS_SITE' } }]);
      expect(await pauses()).toMatchObject({ pauses: [] });
      const own = await write({ 'content-type': 'application/json', 'x-bearmq': '1' });
      expect([own.status, await own.json()]).toEqual([200, { isNew: true, stillRunning: 0 }]);
      expect(await pauses()).toMatchObject({ pauses: [{ what: { channel: 'büro' }, reason: 'closed' }] });
    });
  });
});
