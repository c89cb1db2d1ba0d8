import type { Server } from 'node:http';
import { findChromium } from '@bearmq/test-support';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { serveSite } from './server.ts';

const DEADLINE_MS = 30_000;

/** The built site, served to a browser. */
export interface Site {
  /** Opens a page, has something done there, and closes it. Fails if the browser had to complain, or asked elsewhere. */
  visit(route: string, look: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void>;
}

export function useSite(): Site {
  let server: Server;
  let origin: string;
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === null) throw new Error('no chromium: these tests were to be skipped');
    ({ server, origin } = await serveSite());
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
  return {
    visit: async (route, look, options = {}) => {
      const context = await browser.newContext({
        viewport: { width: 1_280, height: 900 },
        reducedMotion: 'reduce',
        permissions: ['clipboard-read', 'clipboard-write'],
        ...options,
      });
      context.setDefaultTimeout(DEADLINE_MS);
      const complaints: string[] = [];
      context.on('console', (message) => complaints.push(`console: ${message.text()}`));
      context.on('weberror', (error) => complaints.push(`thrown: ${error.error().message}`));
      context.on('request', (request) => {
        const address = request.url();
        if (!address.startsWith(origin) && !/^(?:data|blob):/.test(address))
          complaints.push(`asked elsewhere: ${address}`);
      });
      context.on('response', (response) => {
        if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
      });
      try {
        const page = await context.newPage();
        await page.goto(`${origin}${route}`, { waitUntil: 'networkidle' });
        await look(page);
        expect(complaints).toEqual([]);
      } finally {
        await context.close();
      }
    },
  };
}
