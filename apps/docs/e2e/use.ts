import { describe, expect, test } from '@jest/globals';
import { readBuild } from '../test/support/built.ts';
import type { Site } from './support/browser.ts';

export function describeUse(site: Site): void {
  const { pages } = readBuild();

  describe('a reader', () => {
    test('finds what tells of retries by searching for retry', async () => {
      const wanted = pages.includes('guides/retries.md') ? '/guides/retries' : '/reference/';
      await site.visit('/', async (page) => {
        await page.getByRole('button', { name: 'Search' }).first().click();
        await page.getByRole('searchbox').fill('retry');
        const found = page.locator('#localsearch-list a');
        await found.first().waitFor();
        const targets = await found.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
        expect(targets.slice(0, 5).some((target) => target.includes(wanted))).toBe(true);
        await page.keyboard.press('Enter');
        await page.waitForURL((url) => url.pathname !== '/');
      });
    });

    test('copies a block of code by its button', async () => {
      await site.visit('/operate/sql-views', async (page) => {
        const block = page.locator('div[class*="language-"]').first();
        await block.hover();
        await block.getByRole('button', { name: 'Copy code' }).click();
        await page.locator('button.copied').waitFor();
        const copied = await page.evaluate(() => navigator.clipboard.readText());
        expect(copied).toContain('from _bearmq.queues where not paused');
        expect(copied).not.toContain('#region');
      });
    });

    test('chooses the dark theme, which is kept', async () => {
      await site.visit(
        '/reference/limits',
        async (page) => {
          const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
          expect(await ground()).toBe('rgb(255, 255, 255)');
          await page
            .getByRole('switch', { name: /dark theme/i })
            .first()
            .click();
          expect(await ground()).toBe('rgb(19, 17, 15)');
          await page.reload({ waitUntil: 'networkidle' });
          expect(await ground()).toBe('rgb(19, 17, 15)');
        },
        { colorScheme: 'light' },
      );
    });

    test('skips to the content by keyboard', async () => {
      await site.visit('/reference/limits', async (page) => {
        await page.keyboard.press('Tab');
        const skip = page.getByRole('link', { name: 'Skip to content' });
        expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.activeElement?.id === 'VPContent');
      });
    });

    test('opens the menu and the list of pages on a narrow screen', async () => {
      await site.visit(
        '/reference/limits',
        async (page) => {
          await page.getByRole('button', { name: 'mobile navigation' }).click();
          await page.locator('#VPNavScreen').getByRole('link', { name: 'Reference' }).waitFor();
          await page.getByRole('button', { name: 'mobile navigation' }).click();
          await page.getByRole('button', { name: 'Menu' }).click();
          await page.locator('.VPSidebar.open').getByRole('link', { name: 'Options' }).click();
          await page.waitForURL('**/reference/options');
        },
        { viewport: { width: 390, height: 800 } },
      );
    });
  });
}
