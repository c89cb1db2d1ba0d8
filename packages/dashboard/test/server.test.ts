import { createDashboard } from '@bearmq/dashboard';
import { describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);

describe('a page', () => {
  it('has a policy that lets nothing in from elsewhere', async () => {
    const { headers } = await api.ask('/');
    expect(Object.fromEntries(headers)).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  it('has nothing within it that the policy forbids', async () => {
    const { text } = await api.ask('/jobs');
    expect(text).not.toMatch(/<base|<style|style=|data:|javascript:|\son\w+=/i);
    expect([...text.matchAll(/<script\b[^>]*>([^<]*)/g)].map(([, inside]) => inside)).toEqual(['']);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('has the title that it is given, as text', async () => {
    const { text } = await apiOn(queue, { title: '</title><script>alert(1)</script>' }).ask('/');
    expect(text).toContain('<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>');
  });

  it.each([
    ['', '/', './'],
    ['', '/jobs', './'],
    ['', '/lanes/a/b', '../../'],
    ['/admin/jobs', '/admin/jobs', 'jobs/'],
    ['/admin/jobs', '/admin/jobs/', './'],
    ['/admin/jobs', '/admin/jobs/jobs/1', '../'],
    ['/admin/jobs', '/elsewhere/1', '../'],
    ['/admin', '/administrators', './'],
  ])('mounted at "%s" and asked for as %s loads its files from %s', async (mount, path, up) => {
    const dashboard = createDashboard({ context: queue.context, authorize: 'open', basePath: mount });
    const answers = [
      await dashboard.fetch(new Request(`http://localhost${path}`)),
      await createDashboard({ context: queue.context, authorize: 'open' }).fetch(
        new Request(`http://localhost${path}`),
        mount,
      ),
    ];
    for (const answer of answers) {
      const found = [...(await answer.text()).matchAll(/(?:src|href)="([^"]*)assets\/([^"]*)"/g)];
      expect(found.length).toBeGreaterThanOrEqual(2);
      for (const [, before, name] of found) {
        expect(before).toBe(up);
        const file = new URL(`${before}assets/${name}`, `http://localhost${path}`);
        expect((await dashboard.fetch(new Request(file))).status).toBe(200);
      }
    }
  });
});

describe('the files of a page', () => {
  it('may be kept for ever, since their names change with them', async () => {
    const names = [...(await api.ask('/')).text.matchAll(/assets\/([^"]*)"/g)].map(([, name]) => name);
    for (const name of names) {
      expect(name).toMatch(/-[\w-]{8}\.(js|css|svg)$/);
      const { status, headers } = await api.ask(`/assets/${name}`);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
  });

  it.each(['nothing.js', '..%2f..%2fpackage.json', '%2e%2e/web-files.js', 'constructor', '__proto__', ''])(
    'do not include %s',
    async (name) => {
      // Above the folder is no file either: what is there is a page.
      const { text, headers } = await api.ask(`/assets/${name}`);
      const isPage = headers.get('content-type')?.startsWith('text/html') === true && text.includes('<div id="app">');
      expect(text === '404 Not Found\n' || isPage).toBe(true);
    },
  );
});

describe('a GET', () => {
  it('is answered from what was asked a moment ago, and anew after something was done', async () => {
    let asked = 0;
    const counting = apiOn({
      context: Object.assign(Object.create(queue.context), {
        pauses: async () => {
          asked += 1;
          return await queue.context.pauses();
        },
        resume: async (what: { channel: string }) => await queue.context.resume(what),
      }),
    });
    await Promise.all(Array.from({ length: 100 }, () => counting.get('pauses')));
    expect(asked).toBe(1);
    await counting.post('pauses/remove', { channel: 'x' });
    await counting.get('pauses');
    expect(asked).toBe(2);
  });

  it('is not answered by what another was allowed to see', async () => {
    let channels: string[] | undefined;
    const changing = apiOn(queue, {
      authorize: () => ({ allow: [], ...(channels === undefined ? {} : { channels }) }),
    });
    await queue.define('SEEN').enqueue(1, { channel: 'secret' });
    const seen = async () => ((await changing.get('jobs')).json as { jobs: unknown[] }).jobs.length;
    expect(await seen()).toBe(1);
    channels = ['other'];
    expect(await seen()).toBe(0);
  });

  it('is not sent again to who has it', async () => {
    const first = await api.get('pauses');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
      expect(await api.get('pauses', { 'if-none-match': tags })).toMatchObject({ status: 304, text: '' });
    }
    expect(await api.get('pauses', { 'if-none-match': '"other"' })).toMatchObject({ status: 200 });
  });

  it('that failed is asked again', async () => {
    let isDown = true;
    const flaky = apiOn({
      context: Object.assign(Object.create(queue.context), {
        pauses: async () => {
          if (isDown) throw Object.assign(new Error('down'), {});
          return await queue.context.pauses();
        },
      }),
    });
    await expect(flaky.get('pauses')).rejects.toThrow('down');
    isDown = false;
    expect((await flaky.get('pauses')).status).toBe(200);
  });
});

describe('several contexts', () => {
  const two = apiOn(queue, { context: { shop: queue.context, 'shop-2': queue.context } });

  it('are told apart by labels in the address', async () => {
    const { status, headers } = await two.ask('/');
    expect({ status, location: headers.get('location') }).toEqual({ status: 302, location: './@shop/' });
    for (const label of ['shop', 'shop-2']) {
      expect((await two.ask(`/@${label}/api/v1/meta`)).json).toMatchObject({
        sources: ['shop', 'shop-2'],
        source: label,
      });
      const { text } = await two.ask(`/@${label}/jobs/1`);
      expect(text).toMatch(/src="\.\.\/\.\.\/assets\//);
    }
    expect((await two.ask('/@nothing/api/v1/meta')).status).toBe(404);
    expect((await two.ask('/api/v1/meta')).status).toBe(404);
  });
});

describe('createDashboard', () => {
  it.each([
    [{ context: undefined }, 'context'],
    [{ context: {} }, 'must be a Context'],
    [{ context: { 'a/b': queue.context } }, 'must have labels'],
    [{ context: { a: queue.context, b: null } }, 'must be a Context'],
    [{ context: { a: {} } }, 'must be a Context'],
    [{ authorize: 'all' }, 'authorize'],
    [{ basePath: '/admin/' }, 'basePath'],
    [{ basePath: 'admin' }, 'basePath'],
    [{ refreshSecs: 0 }, 'refreshSecs'],
    [{ payloads: 'yes' }, 'payloads'],
    [{ links: [{ label: 'x' }] }, 'links'],
    [{ traceUrl: 'https://traces.example/' }, 'traceUrl must be an address with {traceId} in it'],
    [{ traceUrl: 'javascript:{traceId}' }, 'traceUrl'],
    [{ traceUrl: '//evil.example/{traceId}' }, 'traceUrl'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses %j', (options, message) => {
    expect(() => apiOn(queue, options as object)).toThrow(message);
  });

  it('says what to do with a context that is given by itself', () => {
    expect(() => createDashboard(queue.context as never)).toThrow('give it { context }');
  });

  it('answers nothing once it is closed', async () => {
    const closed = apiOn(queue);
    await closed.dashboard.close();
    expect((await closed.ask('/')).status).toBe(503);
  });
});

it('answers no other method, and no other path of the API', async () => {
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    expect((await api.ask('/api/v1/jobs', { method })).status).toBe(404);
    expect((await api.ask('/', { method })).status).toBe(404);
  }
  expect((await api.get('nothing')).json).toMatchObject({ error: { code: 'NOT_FOUND' } });
  expect((await api.ask('/', { method: 'HEAD' })).text).toBe('');
});

it('says that the database is not there, or not migrated, by 503', async () => {
  const { Context } = await import('@bearmq/core');
  const unmigrated = new Context({ driver: queue.driver, schema: 'nothing here' });
  const { status, json } = await apiOn({ context: unmigrated }).get('pauses');
  expect({ status, json }).toMatchObject({ status: 503, json: { error: { code: 'BEAR_SCHEMA_VERSION' } } });
});
