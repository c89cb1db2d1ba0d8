import { freePort } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { useDatabase } from './support/database.ts';
import { useExamples } from './support/example.ts';

describe('the examples that look at a queue', () => {
  const start = useExamples();
  const database = useDatabase();

  it('figures tells of lanes, of the last hour and of failures', async () => {
    const example = start('figures', database.url());
    expect(await example.ended()).toBe(0);
    expect(example.output()).toMatch(/^FIGURE in DEFAULT: 0 wait, 0 run, since null, no-process$/m);
    expect(example.output()).toMatch(/: 3 started, 1 failed, waited [0-9.]+ ms \(p99\)$/m);
    expect(example.output()).toMatch(/^1 × FIGURE: Error: number 2 is not liked/m);
  });

  it('otel traces what is enqueued and run', async () => {
    const example = start('otel', database.url());
    await example.prints("name: 'send TRACED'");
    await example.prints("name: 'process TRACED'");
    expect(await example.stop()).toBe(0);
  });

  it('prometheus serves the figures', async () => {
    const port = await freePort();
    const example = start('prometheus', database.url(), { env: { PORT: String(port) } });
    await example.prints('listening');
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('# TYPE bearmq_processes gauge');
    expect(await example.stop()).toBe(0);
  });

  it('dashboard serves it to whom it lets in', async () => {
    const port = await freePort();
    const example = start('dashboard', database.url(), { env: { PORT: String(port) } });
    await example.prints('listening');
    const url = `http://127.0.0.1:${port}/admin/jobs`;
    const allowed = async (authorization: string): Promise<unknown> => {
      const response = await fetch(`${url}/api/v1/meta`, { headers: { authorization } });
      return response.ok
        ? ((await response.json()) as { access: { allow: string[] } }).access.allow.length
        : response.status;
    };
    expect(await allowed('token of ada')).toBeGreaterThan(5);
    expect(await allowed('token of bob')).toBe(0);
    expect(await allowed('nothing')).toBe(404);
    const page = await fetch(url, { headers: { authorization: 'token of bob' } });
    expect(await page.text()).toContain('src="jobs/assets/');
    expect(await example.stop()).toBe(0);
  });

  it('log-events logs what fails, and nothing that goes well', async () => {
    const example = start('log-events', database.url());
    await example.prints("eventType: 'WORKER_JOB_RUN_ERROR'");
    await example.prints('worker job expire');
    expect(example.output()).not.toContain('WORKER_JOB_RUN_SUCCESS');
    expect(await example.stop()).toBe(0);
  });
});
