import { stat } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Site } from './support/site.ts';

export function describeWays(site: Site): void {
  describe('the pages', () => {
    test('have all that they show in their address, and the way back leads to where it was', async () => {
      await site.visit('/jobs', async (watched) => {
        const { page } = watched;
        await watched.link('Scheduled').click();
        await page.getByLabel('Filter', { exact: true }).fill('channel:nowhere ');
        await watched.shows('No job matches');
        expect(watched.address()).toBe('/jobs?state=scheduled&channel=nowhere');
        await page.reload();
        await watched.shows('No job matches');
        await watched.button('Remove channel:nowhere').waitFor();
        await page.goBack();
        await page.waitForURL(/state=scheduled$/);
        await page.goBack();
        await page.waitForURL(/\/jobs$/);
      });
    });

    test('can be gone through with the keyboard alone', async () => {
      const definition = site.queue.define('BY_KEYS');
      const id = await definition.enqueue({}, { channel: 'by keys' });
      await site.visit('/', async (watched) => {
        const { keyboard } = watched.page;
        await keyboard.press('?');
        await watched.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
        await keyboard.press('Escape');
        await keyboard.press('g');
        await keyboard.press('j');
        await watched.page.waitForURL(/\/jobs$/);
        await watched.page.getByLabel('Filter', { exact: true }).waitFor();
        await keyboard.press('/');
        await watched.page.locator('input:focus').waitFor(); // what is typed before goes nowhere
        await keyboard.type('name:BY_KEYS');
        await keyboard.press('Enter');
        await watched.shows('1 shown');
        await keyboard.press('Escape');
        await keyboard.press('j');
        await keyboard.press('x');
        await watched.shows('1 chosen');
        await keyboard.press('c');
        await watched.shows('1 job matches.');
        // The dialog begins where nothing happens.
        await keyboard.press('Tab');
        await keyboard.press('Enter');
        await watched.shows('1 cancelled.');
        await keyboard.press('Escape');
        await watched.page.getByRole('cell').getByText('Cancelled').waitFor();
        await keyboard.press('j');
        await keyboard.press('Enter');
        await watched.page.waitForURL(new RegExp(`/jobs/${id}$`));
      });
    });

    test('lead from a job to the next one of the list that it was opened from, beyond its page, and back', async () => {
      const definition = site.queue.define('IN_A_ROW');
      const ids = await definition.enqueueMany(Array.from({ length: 52 }, (_, n) => ({ payload: n, channel: 'row' })));
      await site.visit('/jobs?name=IN_A_ROW&order=oldest', async (watched) => {
        const { page } = watched;
        const isAt = async (nth: number) => await page.waitForURL((url) => url.href.endsWith(`/jobs/${ids[nth]}`));
        await page.locator('[data-row]').nth(48).click();
        await isAt(48);
        await watched.shows('49 of 50+');
        await watched.link('Next job').click();
        await isAt(49);
        await page.keyboard.press('j'); // of the next page
        await isAt(50);
        await watched.shows('51 of 52');
        await page.keyboard.press('j');
        await isAt(51);
        expect(await watched.link('Next job').count()).toBe(0);
        await page.keyboard.press('k');
        await isAt(50);
        await page.reload();
        await watched.link('Job before').click();
        await isAt(49);
        await watched.link('Jobs').waitFor();
        await page.getByRole('navigation', { name: 'Jobs', exact: true }).getByRole('link').click();
        await page.waitForURL(/\/jobs\?name=IN_A_ROW&order=oldest$/);
        await watched.go(`/jobs/${await site.queue.define('ALONE').enqueue(null, { channel: 'alone' })}`);
        expect(await watched.link('Job before').count()).toBe(0);
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
        let received = 0;
        page.on('response', (response) => {
          received += Number(response.headers()['content-length'] ?? 0);
          response.body().then(
            (body) => {
              received += body.length;
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
        expect(received).toBeLessThan(400_000);
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

    test('put groups in order, and search their names', async () => {
      const definition = site.queue.define('GROUPED');
      const items = [2, 3, 1].flatMap((size, nth) =>
        Array.from({ length: size }, () => ({ payload: nth, channel: 'grouped', jobGroup: `tenant ${nth} of many` })),
      );
      await definition.enqueueMany(items);
      await site.visit('/groups', async (watched) => {
        const { page } = watched;
        const shown = async (...nths: number[]) => {
          const texts = nths.map((nth) => `tenant ${nth} of many`);
          const hasAll = (wanted: string[]) => {
            const rows = [...document.querySelectorAll('[data-row]')].map((row) => row.textContent);
            return JSON.stringify(rows) === JSON.stringify(wanted);
          };
          await page.waitForFunction(hasAll, texts);
        };
        await page.getByLabel('Search groups').fill('OF MANY');
        await shown(1, 0, 2);
        await watched.link('Oldest').click();
        await shown(0, 1, 2);
        await watched.link('By name').click();
        await shown(0, 1, 2);
        expect(watched.address()).toBe('/groups?search=OF+MANY&order=name');
        await page.getByLabel('Search groups').fill('no such group');
        await watched.shows('No group has that in its name');
      });
    });

    test('lead to the trace of a job', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      const id = await site.queue.define('TRACED').enqueue(null, { channel: 'traced', headers });
      await site.visit(`/jobs/${id}`, async (watched) => {
        expect(await watched.link('4bf92f35').getAttribute('href')).toBe(`https://traces.example/${traceId}`);
      });
    });

    test('say how old they are while the server does not answer, and go on when it does', async () => {
      await site.visit('/processes', async (watched) => {
        await watched.page.route('**/api/v1/**', (route) => route.abort());
        await watched.shows(/As of \d+ s ago\. The server does not answer\./);
        await watched.shows('No answer');
        await watched.page.unroute('**/api/v1/**');
        await watched.text(/As of/).waitFor({ state: 'detached' });
        await watched.shows(/Live, every/);
        // What did not arrive is told of in the console too.
        expect(watched.complaints().length).toBeGreaterThan(0);
      });
    });

    test('show a chart as a table of the same figures', async () => {
      await site.visit('/', async (watched) => {
        await watched.button('Throughput: show as table').click();
        await watched.page.getByRole('columnheader', { name: 'succeeded' }).waitFor();
      });
    });

    test('draw a chart of waits between a millisecond and an hour', async () => {
      await site.visit('/settings', async (watched) => {
        await watched.page.route('**/api/v1/series*', async (route) => {
          const response = await route.fetch();
          const series = await response.json();
          const p50 = series.startsAt.map((_: number, step: number) => 10 ** (step % 7));
          await route.fulfill({ response, json: { ...series, wait: { ...series.wait, p50, p95: p50, p99: p50 } } });
        });
        await watched.link('Overview').click();
        await watched.page.locator('figure', { hasText: 'Wait' }).locator('canvas').waitFor();
      });
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
          expect(wide).toBe(narrow);
        },
        options,
      );
    });

    test('keep the theme that somebody chose, in charts too', async () => {
      await site.visit(
        '/settings',
        async (watched) => {
          await watched.button('Dark').click();
          await watched.page.reload();
          await watched.button('Dark').waitFor();
          const ground = await watched.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
          expect(ground).toBe('rgb(19, 17, 15)');
        },
        { colorScheme: 'light' },
      );
    });
  });
}
