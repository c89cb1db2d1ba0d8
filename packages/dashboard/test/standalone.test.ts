import { request as httpRequest } from 'node:http';
import { OpenToAllError, type ServeOptions, serve } from '@bearmq/dashboard/standalone';
import { describe, expect, it } from '@jest/globals';
import { useQueue } from './support/queue.ts';

const queue = useQueue();

async function within(options: Partial<ServeOptions>, test: (url: string) => Promise<void>): Promise<void> {
  const served = await serve({ context: queue.context, port: 0, ...options });
  try {
    await test(served.url.replace(/\/$/, ''));
  } finally {
    await served.close();
  }
}

const post = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-bearmq': '1' },
  body: '{"channel":"x"}',
};
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

describe('serve', () => {
  it('serves this machine, to be read only', async () => {
    await within({}, async (url) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await fetch(url)).status).toBe(200);
      expect((await fetch(`${url}/api/v1/meta`)).status).toBe(200);
      expect((await fetch(`${url}/api/v1/pauses`, post)).status).toBe(403);
    });
  });

  it('lets all be done where that is said', async () => {
    await within({ access: 'all' }, async (url) => {
      expect((await fetch(`${url}/api/v1/pauses/remove`, post)).status).toBe(200);
    });
  });

  it('listens to others only with credentials, or where it is said to be open', async () => {
    for (const host of ['0.0.0.0', '::', 'example.org', '10.0.0.1']) {
      await expect(serve({ context: queue.context, port: 0, host })).rejects.toThrow(OpenToAllError);
    }
    await within({ host: '0.0.0.0', credentials: 'open' }, async (url) => {
      expect((await fetch(url.replace('0.0.0.0', '127.0.0.1'))).status).toBe(200);
    });
  });

  it('asks for the user and the password', async () => {
    await within({ credentials: { user: 'ada', password: 'p:ü' } }, async (url) => {
      const refused = await fetch(`${url}/api/v1/meta`);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toContain('Basic');
      for (const headers of [basic('ada', 'p'), basic('', ''), basic('ada', 'p:ü '), { authorization: 'Bearer x' }]) {
        expect((await fetch(`${url}/api/v1/meta`, { headers })).status).toBe(401);
      }
      expect((await fetch(`${url}/api/v1/meta`, { headers: basic('ada', 'p:ü') })).status).toBe(200);
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
    });
  });

  it('is not there for a page that has a name of its own resolve to this machine', async () => {
    await within({}, async (url) => {
      const { port } = new URL(url);
      const status = await new Promise((resolve, reject) => {
        const headers = { host: `evil.example:${port}` };
        httpRequest({ host: '127.0.0.1', port, path: '/api/v1/meta', headers }, ({ statusCode }) => resolve(statusCode))
          .once('error', reject)
          .end();
      });
      expect(status).toBe(404);
    });
  });

  it('says that its port is taken', async () => {
    await within({}, async (url) => {
      const port = Number(new URL(url).port);
      await expect(serve({ context: queue.context, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    });
  });
});
