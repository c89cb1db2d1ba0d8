import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createDashboard, type Dashboard } from '@bearmq/dashboard';
import { nodeHandler } from '@bearmq/dashboard/node';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findNginx, PREFIX, type Relay, startNginx, startNodeProxy } from './support/proxies.ts';
import type { Site } from './support/site.ts';

interface Way {
  /** Where the dashboard thinks that it is. */
  readonly basePath: string;
  readonly start: (port: number) => Promise<Relay>;
}

const nginx = findNginx();
const ways: Readonly<Record<string, Way>> = {
  'a proxy that takes the prefix away': { basePath: '', start: startNodeProxy },
  ...(nginx === null
    ? {}
    : {
        'nginx that takes the prefix away': { basePath: '', start: (port) => startNginx(nginx, port, 'strips') },
        'nginx that leaves it': { basePath: PREFIX, start: (port) => startNginx(nginx, port, 'leaves') },
      }),
};

export function describeProxies(site: Site): void {
  if (nginx === null) process.stderr.write('nginx is not installed: only a proxy of Node.js was tested\n');
  describe.each(Object.keys(ways))('behind %s', (name) => {
    const { basePath, start } = ways[name] as Way;
    let dashboard: Dashboard;
    let server: Server;
    let proxy: Relay;
    beforeAll(async () => {
      dashboard = createDashboard({ context: site.queue.context, authorize: 'open', basePath, refreshSecs: 1 });
      server = createServer(nodeHandler(dashboard));
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
      proxy = await start((server.address() as AddressInfo).port);
    });
    afterAll(async () => {
      await proxy.stop();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await dashboard.close();
    });

    test('pages are found without a slash, deep below, after a reload and on the way back, and act', async () => {
      const jobGroup = `a/b 100% ${name}`;
      const definition = site.queue.define('PROXIED');
      const id = await definition.enqueue({ n: 1 }, { channel: 'proxied', jobGroup });
      const mount = `${proxy.origin}${PREFIX}`;
      await site.browse(mount, '', async (watched) => {
        const { page } = watched;
        await page.waitForURL(`${mount}/`);
        await watched.link('Jobs').click();
        await page.waitForURL(`${mount}/jobs`);
        await watched.link('PROXIED').click();
        await page.waitForURL(/\/jobs\/[0-9a-f-]+$/);
        await watched.go(`/jobs/${id}`);
        await watched.link(jobGroup).click();
        await watched.shows('1 waiting · 0 scheduled');
        await page.reload();
        await watched.shows('1 waiting · 0 scheduled');
        await watched.button('Pause group').click();
        await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
        await watched.shows(/Paused: /);
        await page.goBack();
        await page.waitForURL(`${mount}/jobs/${id}`);
        await watched.shows(/is paused since/);
        await watched.button('Show the payload').click();
        await watched.page.getByRole('region', { name: 'Payload' }).getByText('"n"').waitFor();
      });
      expect(await site.queue.context.pauses()).toContainEqual(expect.objectContaining({ what: { jobGroup } }));
      await site.queue.context.resume({ jobGroup });
      await site.queue.context.jobs.delete({ channel: 'proxied' });
    });
  });
}
