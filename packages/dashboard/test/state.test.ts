import { until } from '@bearmq/test-support';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HealthAnswer } from '../dist/api-types.js';
import { ROUTES } from '../dist/server/routes/index.js';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);

beforeAll(async () => {
  const works = queue.define('WORKS', () => {}, { schedules: [{ key: 'nightly', cron: '30 2 * * *' }] });
  await works.register();
  const fails = queue.define('FAILS', (page: number) => {
    throw new Error(`no paper in tray ${page}`);
  });
  await fails.register();
  await works.enqueueMany([{ payload: 1 }, { payload: 2 }]);
  const ids = await fails.enqueueMany([{ payload: 1 }, { payload: 2 }, { payload: 3 }]);
  const worker = queue.work({ concurrency: 2, channels: ['DEFAULT'] });
  for (const id of ids) await queue.reaches(id, 'over');
  await queue.define('WORKS').enqueue(3, { channel: 'nobody' });
  await worker.stop(); // it writes down what it has counted
});

it('answers each GET of the table of routes', async () => {
  const [job] = (await queue.context.jobs.find({}, { limit: 1 })).jobs;
  const own = apiOn(queue); // what it answers is kept for a second, with the job that is made here
  const worker = queue.work({ channels: ['other'] });
  try {
    const processId = await until('there is a process', async () => (await queue.context.processes())[0]?.processId);
    const group = await queue.define('GROUPED').enqueue(1, { channel: 'nobody', jobGroup: 'one' });
    const paths: Readonly<Record<string, string>> = {
      'jobs/:id': `jobs/${job?.id}`,
      'jobs/:id/payload': `jobs/${job?.id}/payload`,
      'jobs/:id/payload/head': `jobs/${job?.id}/payload/head`,
      'jobs/:id/result': `jobs/${job?.id}/result`,
      'jobs/:id/log': `jobs/${job?.id}/log`,
      'jobs/:id/explain': `jobs/${group}/explain`,
      'groups/:name': 'groups/one',
      'processes/:id': `processes/${processId}`,
      'schedules/:jobName/:key': 'schedules/WORKS/nightly',
      series: `series?from=${new Date(Date.now() - 3_600_000).toISOString()}`,
    };
    for (const { method, path } of ROUTES) {
      if (method === 'GET') expect([path, (await own.get(paths[path] ?? path)).status]).toEqual([path, 200]);
    }
    await queue.context.jobs.delete(group);
  } finally {
    await worker.stop();
  }
});

describe('GET meta', () => {
  it('says what this is, and what may be done', async () => {
    const { json } = await apiOn(queue, {
      title: 'Shop',
      environment: 'production',
      refreshSecs: 5,
      authorize: () => ({ actor: 'ada', allow: ['pause'] }),
    }).get('meta');
    expect(json).toEqual({
      release: expect.stringMatching(/^\d+\.\d+\.\d+/),
      title: 'Shop',
      environment: 'production',
      schema: queue.schema,
      sources: [],
      source: null,
      access: { actor: 'ada', allow: ['pause'], payloads: 'on-demand', channels: null },
      features: ['health', 'groups', 'schedules', 'processes', 'metrics'],
      now: expect.any(String),
      refreshSecs: 5,
      bulkLimit: 100_000,
    });
  });
});

describe('GET overview', () => {
  it('counts what is there, and what was counted in the last hour', async () => {
    const { json } = await api.get('overview');
    expect(json).toMatchObject({
      states: { ready: { value: 1, isAtLeast: false }, running: { value: 0, isAtLeast: false } },
      oldestReady: { channel: 'nobody', jobName: 'WORKS' },
      lastHour: { started: 5, succeeded: 2, failed: 3 },
      pauses: 0,
    });
  });

  it('points to a lane that nobody serves', async () => {
    const { json } = await api.get('overview');
    const { attention } = json as { attention: { kind: string; page: string }[] };
    expect(attention.filter(({ kind }) => kind === 'lane-unserved')).toMatchObject([
      { severity: 'error', subject: 'WORKS in nobody', page: 'lanes/nobody/WORKS' },
    ]);
  });
});

describe('GET lanes', () => {
  it('has each lane, or those that are looked for', async () => {
    const lanesOf = async (path: string) =>
      ((await api.get(path)).json as { lanes: { channel: string; jobName: string }[] }).lanes.map(
        ({ channel, jobName }) => `${channel} ${jobName}`,
      );
    expect((await lanesOf('lanes')).sort()).toEqual(['DEFAULT FAILS', 'DEFAULT WORKS', 'nobody WORKS']);
    expect(await lanesOf('lanes?search=fAi')).toEqual(['DEFAULT FAILS']);
    expect(await lanesOf('lanes?channel=nobody')).toEqual(['nobody WORKS']);
  });
});

describe('GET series', () => {
  it('has a column for each figure, a value for each step', async () => {
    const from = new Date(Date.now() - 600_000).toISOString();
    const { json } = await api.get(`series?from=${from}&jobName=FAILS`);
    const { startsAt, started, outcomes, run, depth, stepSecs, partialFrom } = json as {
      startsAt: number[];
      started: number[];
      outcomes: { failed: number[] };
      run: { p50: unknown[] };
      depth: { oldestSecs: unknown[] };
      stepSecs: number;
      partialFrom: number;
    };
    expect(stepSecs).toBe(60);
    for (const column of [started, outcomes.failed, run.p50, depth.oldestSecs])
      expect(column).toHaveLength(startsAt.length);
    expect(outcomes.failed.reduce((sum, count) => sum + count, 0)).toBe(3);
    expect(startsAt).toContain(partialFrom);
    expect(partialFrom).toBeGreaterThan(Date.now() / 1000 - 120);
  });

  it('is refused without its begin', async () => {
    expect((await api.get('series')).status).toBe(400);
  });
});

describe('GET failures', () => {
  it('has one of each kind, with how often', async () => {
    const { json } = await api.get('failures?jobName=FAILS');
    expect(json).toMatchObject({
      groups: [{ jobName: 'FAILS', count: 3, message: expect.stringMatching(/^Error: no paper in tray \d$/) }],
      lookedAt: 3,
      isPartial: false,
    });
    expect((await api.get('failures?channel=nobody')).json).toMatchObject({ groups: [] });
  });
});

describe('health', () => {
  it('has the findings, what is migrated, and the tables', async () => {
    const { json } = await api.get('health');
    expect(json).toMatchObject({ migrations: { pending: [] }, findings: expect.any(Array) });
    const { tables } = json as HealthAnswer;
    expect(tables.find(({ name }) => name === 'job')).toEqual({
      name: 'job',
      heapBytes: expect.any(Number),
      indexBytes: expect.any(Number),
      toastBytes: expect.any(Number),
      rows: expect.any(Number),
      deadRows: expect.any(Number),
      vacuumedAt: null,
    });
  });

  it('names who holds vacuum up, and what to do about it', async () => {
    const client = await queue.pool.connect();
    try {
      await client.query("set application_name = 'long report'");
      await client.query('begin isolation level repeatable read');
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const subject = `pid ${rows[0]?.pid}`;
      await until('it is among those that hold', async () => {
        const { horizon } = (await apiOn(queue).get('health')).json as HealthAnswer;
        const found = horizon.find((one) => one.subject === subject);
        if (found === undefined) return false;
        expect(found).toMatchObject({ kind: 'session', application: 'long report', state: 'idle in transaction' });
        expect(found.remedy).toContain(`select pg_terminate_backend(${rows[0]?.pid});`);
        return true;
      });
    } finally {
      await client.query('rollback; reset application_name');
      client.release();
    }
  });

  it('is left out for a context that cannot tell', async () => {
    const { health, ...others } = queue.context;
    const core = Object.assign(Object.create(queue.context), others, { health: undefined });
    const { json } = await apiOn({ context: core }).get('meta');
    expect((json as { features: string[] }).features).not.toContain('health');
    expect((await apiOn({ context: core }).get('health')).status).toBe(404);
    expect(await apiOn({ context: core }).ask('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    expect(health).toBeDefined();
  });

  it('answers healthz by ok, or by the first error', async () => {
    const broken = Object.assign(Object.create(queue.context), {
      health: async () => ({
        isHealthy: false,
        findings: [
          { kind: 'a', severity: 'warning', subject: '', message: 'slow', remedy: '' },
          { kind: 'b', severity: 'error', subject: '', message: 'nothing runs', remedy: '' },
        ],
        migrations: { current: 1, latest: 1, pending: [] },
        queue: null,
      }),
    });
    const { status, text } = await apiOn({ context: broken }, { authorize: () => null }).ask('/healthz');
    expect({ status, text }).toEqual({ status: 503, text: 'nothing runs\n' });
  });
});

it('renders the metrics for Prometheus', async () => {
  const { status, text, headers } = await api.ask('/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/plain');
  expect(text).toMatch(/^bearmq_\w+\{[^}]*"FAILS"/m);
});
