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

    test('have chosen nothing of a list that was not there when something was chosen', async () => {
      await site.queue.define('CHOSEN').enqueue(null, { channel: 'chosen' });
      await site.visit('/jobs?name=CHOSEN', async (watched) => {
        const { page } = watched;
        await page.getByRole('checkbox').last().check();
        await watched.shows('1 chosen');
        // The first that is shown of the other list, before the browser has painted it.
        const tell = await page.evaluateHandle(() => {
          const told = new Promise<string | undefined>((tell) => {
            const observer = new MutationObserver(() => {
              if (document.querySelector('.tabs [aria-current=page]')?.textContent === 'All') return;
              observer.disconnect();
              document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'd', bubbles: true }));
              tell(document.querySelector('.selection')?.textContent);
            });
            observer.observe(document.body, { subtree: true, childList: true, attributes: true });
          });
          return { told };
        });
        await page.getByRole('navigation', { name: 'State' }).getByRole('link', { name: 'Scheduled' }).click();
        expect(await tell.evaluate(async ({ told }) => await told)).toContain('All that match');
        await watched.shows('No job matches');
        expect(await page.getByRole('dialog').count()).toBe(0);
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
