import type { Access } from '@bearmq/dashboard';
import { describe, expect, it } from '@jest/globals';
import { ACTIONS } from '../dist/actions.js';
import { ROUTES } from '../dist/server/routes/index.js';
import { apiOn, POST_HEADERS } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();

const NO_JOB = '00000000-0000-7000-8000-000000000000';
const samplePath = (path: string): string =>
  path.replace(':id', NO_JOB).replace(':jobName', 'NONE').replace(/:\w+/, 'none');
const posts = ROUTES.filter(({ method }) => method === 'POST');
const gets = ROUTES.filter(({ method }) => method === 'GET');

/** What each takes: an entry for each route, so that a new one is thought of. */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  jobs: ['job.enqueue'],
  'jobs/:id/retry': ['job.retry'],
  'jobs/:id/run-now': ['job.run-now'],
  'jobs/:id/cancel': ['job.cancel'],
  'jobs/:id/delete': ['job.delete'],
  'jobs/:id/priority': ['job.priority'],
  'bulk/preview': ['job.retry', 'job.run-now', 'job.cancel', 'job.delete', 'job.priority'],
  bulk: ['job.retry', 'job.run-now', 'job.cancel', 'job.delete', 'job.priority'],
  'schedules/:jobName/:key/pause': ['schedule.pause'],
  'schedules/:jobName/:key/resume': ['schedule.resume'],
  'schedules/:jobName/:key/trigger': ['schedule.trigger'],
  'schedules/:jobName/:key/remove': ['schedule.remove'],
  pauses: ['pause'],
  'pauses/remove': ['resume'],
};

it('has a right for every route that changes something, and no other', () => {
  expect(posts.map(({ path }) => path).sort()).toEqual(Object.keys(RIGHTS).sort());
});

/** Whether the request got beyond the question whether it may be made: its empty body is refused by the route itself. */
const isLetThrough = (status: number): boolean => status !== 403 && status !== 401;

describe.each(posts.map(({ path }) => path))('POST %s', (path) => {
  const rights = RIGHTS[path] ?? [];
  const byBody = path.startsWith('bulk');
  const statusFor = async (access: Access, action?: string): Promise<number> => {
    const api = apiOn(queue, { authorize: () => access });
    return (await api.post(samplePath(path), byBody ? { action } : {})).status;
  };

  it('is not there for who has no access', async () => {
    expect(await statusFor(null, 'job.retry')).toBe(404);
  });

  it('is refused to who may read', async () => {
    expect(await statusFor('read', 'job.retry')).toBe(403);
  });

  it('is let through for who may do all', async () => {
    expect(isLetThrough(await statusFor('all', 'job.retry'))).toBe(true);
  });

  it.each(ACTIONS)('takes the right it needs: with %s alone', async (allowed) => {
    for (const action of byBody ? rights : [undefined]) {
      const isMeant = byBody ? action === allowed : rights.includes(allowed);
      expect([allowed, action, isLetThrough(await statusFor({ allow: [allowed] }, action))]).toEqual([
        allowed,
        action,
        isMeant,
      ]);
    }
  });
});

describe('whoever has no access', () => {
  it.each([
    '/',
    '/jobs',
    '/api/v1/meta',
    '/api/v1/nothing',
    '/metrics',
    ...gets.map(({ path }) => `/api/v1/${samplePath(path)}`),
  ])('is told that %s is not there, as if no dashboard were', async (path) => {
    const { status, text, headers } = await apiOn(queue, { authorize: () => null }).ask(path);
    expect({ status, text, policy: headers.get('content-security-policy') }).toEqual({
      status: 404,
      text: '404 Not Found\n',
      policy: null,
    });
  });
});

it.each(gets.map(({ path }) => path))('GET %s is for who may read', async (path) => {
  const { status } = await apiOn(queue, { authorize: () => 'read' }).get(samplePath(path));
  expect([200, 400, 404]).toContain(status);
});

describe('authorize', () => {
  it('may answer by itself', async () => {
    const answer = new Response('sign in', { status: 302, headers: { location: '/login' } });
    const { status, headers } = await apiOn(queue, { authorize: async () => answer }).ask('/');
    expect({ status, location: headers.get('location') }).toEqual({ status: 302, location: '/login' });
  });

  it('is asked for every request but the files of a page and the health', async () => {
    const asked: string[] = [];
    const api = apiOn(queue, {
      authorize: ({ url }) => {
        asked.push(new URL(url).pathname);
        return 'read';
      },
    });
    const [script = ''] = /assets\/[\w.-]+\.js/.exec((await api.ask('/')).text) ?? [];
    for (const path of [`/${script}`, '/healthz', '/jobs', '/api/v1/meta', '/metrics']) {
      expect([path, (await api.ask(path)).status]).toEqual([path, 200]);
    }
    expect(asked).toEqual(['/', '/jobs', '/api/v1/meta', '/metrics']);
  });

  it('rejects the request where it throws, or grants what is no access', async () => {
    const thrown = apiOn(queue, {
      authorize: () => {
        throw new Error('no session store');
      },
    });
    await expect(thrown.ask('/')).rejects.toMatchObject({ cause: { message: 'no session store' } });
    const unknown = apiOn(queue, { authorize: () => ({ allow: ['job.retyr'] }) as never });
    await expect(unknown.ask('/')).rejects.toMatchObject({ cause: { code: 'BEAR_INVALID_OPTION' } });
    const undefinedAccess = apiOn(queue, { authorize: () => undefined as never });
    await expect(undefinedAccess.ask('/')).rejects.toMatchObject({ cause: { code: 'BEAR_INVALID_OPTION' } });
  });

  it('is required', () => {
    expect(() => apiOn(queue, { authorize: undefined as never })).toThrow(/authorize/);
  });
});

describe('a request of another site', () => {
  const foreign: readonly (readonly [string, Record<string, string | undefined>])[] = [
    ['without the header', { 'x-bearmq': undefined }],
    ['of a simple content type', { 'content-type': 'text/plain' }],
    ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['without a content type', { 'content-type': undefined }],
    ['that says it is cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that says it is of a sibling', { 'sec-fetch-site': 'same-site' }],
  ];
  describe.each(posts.map(({ path }) => path))('POST %s', (path) => {
    it.each(foreign)('is refused %s', async (_, changed) => {
      const headers = Object.entries({ ...POST_HEADERS, ...changed }).filter(([, value]) => value !== undefined);
      const { status, json } = await apiOn(queue).post(
        samplePath(path),
        {},
        Object.fromEntries(headers) as Record<string, string>,
      );
      expect({ status, json }).toMatchObject({ status: 403, json: { error: { code: 'CROSS_SITE' } } });
    });
  });

  it.each(['same-origin', 'none'])('is not one that says it is %s', async (site) => {
    const { status } = await apiOn(queue).post(
      'pauses/remove',
      { channel: 'x' },
      { ...POST_HEADERS, 'sec-fetch-site': site },
    );
    expect(status).toBe(200);
  });
});
