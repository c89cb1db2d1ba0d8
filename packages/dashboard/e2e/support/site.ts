import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDashboard, type Dashboard } from '@bearmq/dashboard';
import { nodeHandler } from '@bearmq/dashboard/node';
import { findChromium } from '@bearmq/test-support';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { type Queue, useQueue } from '../../test/support/queue.ts';
import { WatchedPage } from './watched-page.ts';

/** Where the dashboard is mounted: not at the root, so that an address that is not relative shows. */
export const MOUNT = '/admin/jobs';

type Look = (watched: WatchedPage) => Promise<void>;

/** A queue, its dashboard behind a mount, and a browser that looks at it. */
export interface Site {
  readonly queue: Queue;
  /** Opens a page of the dashboard, has something done there, and closes it. Fails if a browser had to complain. */
  visit(path: string, look: Look, options?: BrowserContextOptions): Promise<void>;
  /** The same, wherever the dashboard is mounted. */
  browse(mount: string, path: string, look: Look, options?: BrowserContextOptions): Promise<void>;
}

export function useSite(): Site {
  const queue = useQueue();
  let server: Server;
  let dashboard: Dashboard;
  let browser: Browser;
  beforeAll(async () => {
    const authorize = 'open';
    dashboard = createDashboard({
      context: queue.context,
      authorize,
      basePath: MOUNT,
      refreshSecs: 1,
      traceUrl: 'https://traces.example/{traceId}',
    });
    server = createServer(nodeHandler(dashboard));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('no chromium: these tests were to be skipped');
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
    await dashboard.close();
  });
  const browse: Site['browse'] = async (mount, path, look, options = {}) => {
    const context = await browser.newContext({
      viewport: { width: 1_280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    try {
      const watched = await WatchedPage.of(context, mount);
      await watched.go(path);
      await look(watched);
      expect(watched.complaints()).toEqual([]);
    } finally {
      await context.close();
    }
  };
  return {
    queue,
    browse,
    visit: async (path, look, options = {}) => {
      const { port } = server.address() as AddressInfo;
      await browse(`http://127.0.0.1:${port}${MOUNT}`, path, look, options);
    },
  };
}
