import { violationsOf } from '@bearmq/test-support';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Site } from './support/site.ts';

/** The pages that show something, once `fill` has made what they are about. */
type Paths = Readonly<Record<string, string>>;

/** Makes some of everything, and tells which pages there are then. */
async function fill({ queue }: Site): Promise<Paths> {
  const works = queue.define('WORKS', () => {}, {
    schedules: [{ key: 'daily', cron: '0 3 * * *', timeZone: 'UTC', payload: null }],
  });
  const fails = queue.define('FAILS', () => {
    throw new TypeError('the answer 4711 was not understood\n    at read (reader.js:1:1)');
  });
  const holds = queue.define('HOLDS', async (_: never, { signal }: { signal: AbortSignal } = {} as never) => {
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
    });
  });
  for (const definition of [works, fails, holds]) await definition.register();
  queue.work({ channels: ['pages'], concurrency: 4 });
  const options = { channel: 'pages' };
  const holder = await holds.enqueue({ video: 'a' }, { ...options, jobGroup: 'account 7' });
  const blocked = await works.enqueue({ video: 'b' }, { ...options, jobGroup: 'account 7' });
  const failed = await fails.enqueue({ answer: 4711 }, options);
  const over = await works.enqueue({ fine: true }, options);
  await works.enqueue({ later: true }, { ...options, delaySecs: 3_600 });
  await works.enqueue({ nobody: true }, { channel: 'nobody' });
  await queue.context.pause({ channel: 'newsletter' }, { reason: 'the provider is down' });
  await Promise.all([queue.reaches(holder, 'running'), queue.reaches(failed, 'over'), queue.reaches(over, 'over')]);
  const [process] = await queue.context.processes();
  return {
    overview: '/',
    lanes: '/lanes',
    'a lane': '/lanes/pages/WORKS',
    jobs: '/jobs',
    'jobs of a filter': '/jobs?outcome=failed&name=FAILS',
    'no jobs': '/jobs?name=NOBODY',
    'a job that failed': `/jobs/${failed}`,
    'a job that waits': `/jobs/${blocked}`,
    'a job that runs': `/jobs/${holder}`,
    failures: '/failures',
    groups: '/groups',
    'a group': '/groups/account%207',
    schedules: '/schedules',
    'a schedule': '/schedules/WORKS/daily',
    processes: '/processes',
    'a process': `/processes/${process?.processId}`,
    health: '/health',
    settings: '/settings',
    'no page': '/nowhere',
  };
}

const NAMES = [
  'overview',
  'lanes',
  'a lane',
  'jobs',
  'jobs of a filter',
  'no jobs',
  'a job that failed',
  'a job that waits',
  'a job that runs',
  'failures',
  'groups',
  'a group',
  'schedules',
  'a schedule',
  'processes',
  'a process',
  'health',
  'settings',
  'no page',
] as const;

export function describePages(site: Site): void {
  describe('each page, opened by its address', () => {
    let paths: Paths;
    beforeAll(async () => {
      paths = await fill(site);
    });

    test.each(NAMES)(
      '%s has nothing that a browser or axe complains of, in light and dark, wide and narrow',
      async (name) => {
        await site.visit(
          paths[name] ?? '',
          async (watched) => {
            const { page } = watched;
            const light = await violationsOf(page);
            await page.emulateMedia({ colorScheme: 'dark' });
            await page.setViewportSize({ width: 390, height: 800 });
            const dark = await violationsOf(page);
            const isTooWide = await page.evaluate(
              () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
            );
            expect({ light, dark, isTooWide }).toEqual({ light: [], dark: [], isTooWide: false });
          },
          { colorScheme: 'light' },
        );
      },
    );
  });
}
