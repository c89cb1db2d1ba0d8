import { until } from '@bearmq/test-support';
import { describe, expect, test } from '@jest/globals';
import type { Site } from './support/site.ts';

export function describeJourneys(site: Site): void {
  describe('somebody who looks after a queue', () => {
    test('is told why a job of a channel that nobody serves waits, and sees it run once somebody does', async () => {
      const definition = site.queue.define('MAIL');
      await definition.register();
      const id = await definition.enqueue({ to: 'a' }, { channel: 'mial' });
      await site.visit(`/jobs/${id}`, async (watched) => {
        await watched.shows(/No Worker takes "MAIL" in the channel "mial"/);
        site.queue.work({ channels: ['mial'] });
        await watched.shows('Succeeded');
      });
    });

    test('is shown the worst five of many things to look at, and all when asked for', async () => {
      const definition = site.queue.define('UNSERVED');
      const nowhere = Array.from({ length: 7 }, (_, n) => ({ payload: null, channel: `nowhere ${n}` }));
      await definition.enqueueMany(nowhere);
      await site.visit('/', async (watched) => {
        const things = watched.page.locator('.attention strong');
        await watched.button(/^Show all \d+$/).waitFor();
        expect(await things.count()).toBe(5);
        await watched.button(/^Show all \d+$/).click();
        expect(await things.count()).toBeGreaterThanOrEqual(7);
        await watched.button('Show fewer').click();
        expect(await things.count()).toBe(5);
      });
    });

    test('sees each attempt of a job that failed, and how long it took', async () => {
      const definition = site.queue.define(
        'THRICE',
        () => {
          throw new Error('upstream answered 503');
        },
        { numAttempts: 3, timeoutSecs: 0 },
      );
      await definition.register();
      site.queue.work({ channels: ['thrice'] });
      const id = await definition.enqueue({}, { channel: 'thrice' });
      await site.queue.reaches(id, 'over');
      await site.visit(`/jobs/${id}`, async (watched) => {
        for (const nth of [1, 2, 3]) await watched.shows(new RegExp(`Attempt ${nth} failed after .*ms`));
        await watched.shows('Failed for good');
      });
    });

    test('has a job run now that was scheduled for later, and then all others of a list', async () => {
      const definition = site.queue.define('LATER');
      await definition.register();
      site.queue.work({ channels: ['later'] });
      const options = { payload: null, channel: 'later', delaySecs: 3_600 };
      const [id = ''] = await definition.enqueueMany([options, options, options]);
      await site.visit(`/jobs/${id}`, async (watched) => {
        await watched.button('Run now').click();
        await watched.page.getByRole('dialog').getByRole('button', { name: 'Run now' }).click();
        await watched.shows('It is due now');
        await watched.shows('Succeeded');
        await watched.go('/jobs?state=scheduled&name=LATER');
        await watched.button('Run now').click();
        await watched.shows('2 jobs match.');
        await watched.button('Run now 2').click();
        await watched.shows('2 due now.');
        await watched.page.keyboard.press('Escape');
        await watched.shows('No job matches');
      });
    });

    test('retries 2,500 failed jobs of a filter, after a look at how many they are', async () => {
      let succeeded = 0;
      let isFixed = false;
      const definition = site.queue.define('BROKEN', () => {
        if (!isFixed) throw new Error('broken');
        succeeded += 1;
      });
      await definition.register();
      site.queue.work({ channels: ['broken'], concurrency: 50 });
      const id = await definition.enqueue({}, { channel: 'broken' });
      await site.queue.reaches(id, 'over');
      isFixed = true;
      const failed = 2_500;
      const { schema, pool } = site.queue;
      await pool.query(
        `insert into "${schema}".finalized_job
          select (jsonb_populate_record(f, jsonb_build_object('id', gen_random_uuid()))).*
          from "${schema}".finalized_job f cross join generate_series(2, $2::int4) where f.id = $1`,
        [id, failed],
      );
      await site.visit('/jobs', async (watched) => {
        const { page } = watched;
        await watched.link('Failed').click();
        await page.getByLabel('Filter', { exact: true }).fill('name:BROKEN ');
        await watched.button('Remove name:BROKEN').waitFor();
        await watched.button(/^Retry$/).click();
        await watched.shows('2,500 jobs match.');
        const confirm = watched.button('Retry 2,500');
        expect(await confirm.isDisabled()).toBe(true);
        await page.getByLabel('Type 2,500 to go on').fill('2500');
        await confirm.click();
        await watched.shows('2,500 to run again.');
        await page.keyboard.press('Escape');
        await watched.shows('No job matches');
      });
      await until('all have run again', () => succeeded === failed, 50_000);
    });

    test('goes from a kind of failure to its jobs, and retries all of them', async () => {
      const definition = site.queue.define('PRINT', ({ n }: { n: number } = {} as never) => {
        throw new Error(n < 3 ? `no paper in tray ${n}` : 'no ink');
      });
      await definition.register();
      const items = [1, 2, 3].map((n) => ({ payload: { n }, channel: 'printer' }));
      const ids = await definition.enqueueMany(items);
      const worker = site.queue.work({ channels: ['printer'] });
      for (const id of ids) await site.queue.reaches(id, 'over');
      await worker.stop();
      await site.visit('/failures?name=PRINT', async (watched) => {
        const kind = watched.page.getByRole('row').filter({ hasText: 'no paper in tray' });
        await kind.getByRole('link', { name: 'Show' }).click();
        await watched.shows('2 shown');
        await watched.button(/^Retry$/).click();
        await watched.shows('2 jobs match.');
        await watched.button('Retry 2').click();
        await watched.shows('2 to run again.');
        await watched.page.keyboard.press('Escape');
        await watched.shows('No job matches');
      });
    });

    test('finds who holds a group', async () => {
      const definition = site.queue.define(
        'HELD',
        async (_: never, { signal }: { signal: AbortSignal } = {} as never) => {
          await new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          });
        },
      );
      await definition.register();
      site.queue.work({ channels: ['held'] });
      const [holder] = await definition.enqueueMany(
        Array.from({ length: 50 }, (_, n) => ({ payload: { n }, channel: 'held', jobGroup: 'tenant 1' })),
      );
      await site.queue.reaches(holder ?? '', 'running');
      const [process] = await site.queue.context.processes();
      await site.visit('/groups/tenant%201', async (watched) => {
        await watched.shows(`${process?.host} · ${process?.pid}`);
        await watched.shows('49 waiting · 0 scheduled');
        await watched.link('HELD').click();
        await watched.button('Cancel job').click();
        await watched.page.getByRole('dialog').getByRole('button', { name: 'Cancel job' }).click();
        await watched.shows('Cancelled');
      });
    });

    test('pauses a channel, and whoever looks at a job of it is told', async () => {
      const definition = site.queue.define('LETTER');
      await definition.register();
      site.queue.work({ channels: ['letters'] });
      await site.queue.reaches(await definition.enqueue({}, { channel: 'letters' }), 'over');
      await site.visit('/lanes/letters/LETTER', async (watched) => {
        await watched.button('Pause channel').click();
        await watched.page.getByLabel('Reason').fill('out of paper');
        await watched.page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
        await watched.shows(/Paused: the channel letters/);
        const id = await definition.enqueue({}, { channel: 'letters' });
        await watched.go(`/jobs/${id}`);
        await watched.shows(/The channel "letters" is paused since .*\(out of paper\)/);
        await watched.go('/');
        await watched.shows(/out of paper/);
        await watched.page
          .getByRole('status')
          .filter({ hasText: 'the channel letters' })
          .getByRole('button', { name: 'Resume' })
          .click();
        await site.queue.reaches(id, 'over');
      });
    });

    test('follows how far a job is and what it logs, and sees what it returned', async () => {
      let goOn = (): void => {};
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const talks = async (
        _: never,
        { progress, log }: { progress: (value: unknown) => void; log: (line: string) => void } = {} as never,
      ) => {
        progress({ done: 1, of: 2 });
        log('half of it is read');
        await held;
        log('all of it is read');
        return { rows: 4_711 };
      };
      const definition = site.queue.define('TALKS', talks, { result: 'keep' });
      await definition.register();
      site.queue.work({ channels: ['talks'] });
      const id = await definition.enqueue({}, { channel: 'talks' });
      await site.visit(`/jobs/${id}`, async (watched) => {
        await watched.page.getByRole('region', { name: 'Progress' }).getByText('"done"').waitFor();
        await watched.button('Show the log').click();
        await watched.shows('half of it is read');
        goOn();
        await watched.shows('all of it is read');
        await watched.button('Show the result').click();
        await watched.page.getByRole('region', { name: 'Result' }).getByText('4711').waitFor();
      });
    });

    test('sees the digits of a number, and text as text, whatever is in a payload', async () => {
      const definition = site.queue.define('EXACT');
      const id = await definition.enqueue({}, { channel: 'unserved' });
      const text = '</script><img src=x onerror=alert(1)> \u202e right to left';
      const json = `{"number": 12345678901234567890, "text": ${JSON.stringify(text)}}`;
      const { schema, pool } = site.queue;
      await pool.query(`update "${schema}".job set payload = $1::json where id = $2`, [json, id]);
      await site.visit(`/jobs/${id}`, async (watched) => {
        await watched.button('Show the payload').click();
        await watched.shows('12345678901234567890');
        await watched.shows('</script><img src=x onerror=alert(1)>');
      });
    });
  });
}
