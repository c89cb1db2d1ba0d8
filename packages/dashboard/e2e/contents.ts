import { stat } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Site } from './support/site.ts';

export function describeContents(site: Site): void {
  describe('the pages, whatever is in them,', () => {
    test('show the beginning of a payload of 8 MiB, have the whole to be downloaded, and stay quick', async () => {
      const id = await site.queue.define('HUGE').enqueue(null, { channel: 'huge' });
      const { schema, pool } = site.queue;
      const size = 8 * 1024 * 1024;
      await pool.query(
        `update "${schema}".job set payload = pg_catalog.json_build_object('text', pg_catalog.repeat('0123456789abcdef', $2::int4 / 16)) where id = $1`,
        [id, size],
      );
      await site.visit('/jobs?name=HUGE', async (watched) => {
        const { page } = watched;
        let largest = 0; // of the answers: how many there are hangs on how long this takes
        page.on('response', (response) => {
          largest = Math.max(largest, Number(response.headers()['content-length'] ?? 0));
          response.body().then(
            (body) => {
              largest = Math.max(largest, body.length);
            },
            () => {}, // of a redirect, or not modified: it has none
          );
        });
        await watched.link('HUGE').click();
        await watched.shows('more than 65 kB');
        await watched.button('Show the payload, or its beginning').click();
        await watched.shows('It has 8.4 MB, and these are the first 65.5 kB');
        const length = await page
          .getByRole('region', { name: 'Payload' })
          .evaluate((region) => region.textContent?.length);
        expect(length).toBeLessThan(70_000);
        expect(largest).toBeLessThan(100_000);
        const downloading = page.waitForEvent('download');
        await watched.link('Download').click();
        const download = await downloading;
        expect(download.suggestedFilename()).toBe(`${id}.json`);
        expect((await stat(await download.path())).size).toBeGreaterThan(size);
        await page.keyboard.press('d');
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await watched.shows('It is deleted');
        await page.waitForURL(/\/jobs\?name=HUGE$/);
      });
    });

    test('know names whatever is in them', async () => {
      const name = 'a/b?c#d 100% %2F+&=ü~';
      const definition = site.queue.define(name, () => {}, { schedules: [{ key: name, everySecs: 86_400 }] });
      await definition.register();
      const id = await definition.enqueue(null, { channel: name, jobGroup: name });
      await site.visit(`/jobs/${id}`, async (watched) => {
        const heading = async (text: string) =>
          await watched.page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
        await watched.page.getByRole('main').getByRole('link', { name, exact: true }).first().click(); // its lane
        await watched.shows('Nobody takes it');
        await watched.page.reload();
        await watched.shows('Nobody takes it');
        await watched.link('All jobs of this lane').click();
        await watched.shows('1 shown');
        await watched.page.reload();
        await watched.shows('1 shown');
        await watched.button(`Remove name:${name}`).waitFor();
        await watched.page.getByRole('cell').getByRole('link', { name, exact: true }).last().click(); // its group
        await watched.shows('1 waiting · 0 scheduled');
        await heading(name);
        await watched.go('/schedules');
        await watched.page.getByRole('cell').getByRole('link', { name }).first().click();
        await watched.shows('Next runs');
        await watched.page.reload();
        await watched.shows('Next runs');
      });
    });

    test('leave each column where it can be seen, however long names and errors are', async () => {
      const name = 'RECONCILE_'.repeat(25);
      const fails = site.queue.define(name, () => {
        throw new Error('x'.repeat(400));
      });
      await fails.register();
      site.queue.work({ channels: [name] });
      const id = await fails.enqueue(null, { channel: name, jobGroup: name });
      await site.queue.reaches(id, 'over');
      await fails.enqueue(null, { channel: 'long names', jobGroup: name });
      await site.queue.context.pause({ channel: name }, { reason: name });
      for (const path of ['/', '/lanes', '/jobs', '/failures', '/groups', `/jobs/${id}`]) {
        await site.visit(path, async ({ page }) => {
          await page.getByText(name).first().waitFor();
          const hidden = await page.evaluate(() =>
            [...document.querySelectorAll('main, .table-wrap, td, h1, .notice')]
              // A table of many columns may scroll, but not because of a name.
              .filter(({ className, scrollWidth, clientWidth }) =>
                className === 'table-wrap' ? scrollWidth > clientWidth * 1.15 : scrollWidth > clientWidth + 1,
              )
              .map(({ tagName, className, textContent }) => `${tagName} ${className} ${textContent?.slice(0, 30)}`),
          );
          expect({ path, hidden }).toEqual({ path, hidden: [] });
        });
      }
      await site.queue.context.resume({ channel: name });
    });

    test('show in a narrow row of pages the one that is open', async () => {
      await site.visit(
        '/settings',
        async ({ page }) => {
          const here = page.getByRole('navigation', { name: 'Pages' }).locator('[aria-current]');
          const { x = 0, width = 999 } = (await here.boundingBox()) ?? {};
          expect([x >= 0, x + width <= 390]).toEqual([true, true]);
        },
        { viewport: { width: 390, height: 844 } },
      );
    });

    test('are no wider than a narrow screen with a count of findings beside a page that is out of sight', async () => {
      const options = { viewport: { width: 390, height: 844 } };
      await site.visit(
        '/settings',
        async (watched) => {
          await watched.page.route('**/api/v1/overview', async (route) => {
            const response = await route.fetch();
            await route.fulfill({
              response,
              json: { ...(await response.json()), findings: { errors: 0, warnings: 3 } },
            });
          });
          await watched.page.getByRole('link', { name: /Health.*3/ }).waitFor();
          const [wide, narrow] = await watched.page.evaluate(() => {
            const { scrollWidth, clientWidth } = document.documentElement;
            return [scrollWidth, clientWidth];
          });
          expect(wide).toBeLessThanOrEqual(narrow ?? 0);
        },
        options,
      );
    });

    test('lead to the trace of a job', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      const id = await site.queue.define('TRACED').enqueue(null, { channel: 'traced', headers });
      await site.visit(`/jobs/${id}`, async (watched) => {
        expect(await watched.link('4bf92f35').getAttribute('href')).toBe(`https://traces.example/${traceId}`);
      });
    });
  });
}
