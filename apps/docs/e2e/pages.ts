import { violationsOf } from '@bearmq/test-support';
import { describe, expect, test } from '@jest/globals';
import { readBuild } from '../test/support/built.ts';
import type { Site } from './support/browser.ts';

/** One of each kind: the first, one with code, one with drawings, one with tables, and one with many headings. */
const LOOKED_AT = ['index.md', 'guides/retries.md', 'concepts/claim.md', 'reference/limits.md', 'reference/options.md'];

export function describePages(site: Site): void {
  const { pages } = readBuild();

  test('the pages that are looked at are there', () => {
    expect(LOOKED_AT.filter((file) => !pages.includes(file))).toEqual([]);
  });

  describe.each(LOOKED_AT)('the page %s', (file) => {
    const route = `/${file.replace(/index\.md$/, '').replace(/\.md$/, '')}`;

    test.each(['light', 'dark'] as const)('has nothing that axe complains of, in %s', async (colorScheme) => {
      await site.visit(
        route,
        async (page) => {
          expect(await violationsOf(page)).toEqual([]);
        },
        { colorScheme },
      );
    });

    test('fits a narrow screen', async () => {
      await site.visit(
        route,
        async (page) => {
          const isTooWide = await page.evaluate(
            () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
          );
          expect(isTooWide).toBe(false);
        },
        { viewport: { width: 390, height: 800 } },
      );
    });
  });
}
