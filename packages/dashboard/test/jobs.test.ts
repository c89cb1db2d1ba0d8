import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);
let [waiting, failed] = ['', ''];

beforeAll(async () => {
  const mail = queue.define('MAIL');
  waiting = await mail.enqueue({ to: 'me' }, { channel: 'nobody' });
  const broken = queue.define(
    'BROKEN',
    () => {
      throw new Error(`no paper in tray 4 ${'x'.repeat(300)}\nsecond line`);
    },
    { numAttempts: 2, timeoutSecs: 0 },
  );
  await broken.register();
  failed = await broken.enqueue({ page: 1 });
  const worker = queue.work({ channels: ['DEFAULT'] });
  await queue.reaches(failed, 'over');
  await worker.stop();
});

describe('GET jobs', () => {
  it('has no payload in it, and the beginning of the first line of an error', async () => {
    const { status, json, text } = await api.get('jobs?outcome=failed');
    expect(status).toBe(200);
    const { jobs } = json as { jobs: { id: string; errorLine: string }[] };
    expect(jobs).toMatchObject([{ id: failed, jobName: 'BROKEN', state: 'over', outcome: 'failed', attempt: 2 }]);
    expect(jobs[0]?.errorLine).toMatch(/^Error: no paper in tray 4 x+…$/);
    expect(jobs[0]?.errorLine).toHaveLength(201);
    expect(text).not.toMatch(/payload|page/);
  });

  it('takes a filter, an order and a limit, and goes on where it ended', async () => {
    const first = (await api.get('jobs?limit=1&order=oldest')).json as { jobs: { id: string }[]; next: string };
    const second = (await api.get(`jobs?limit=1&order=oldest&after=${first.next}`)).json as typeof first;
    expect([...first.jobs, ...second.jobs].map(({ id }) => id)).toEqual([failed, waiting]);
    expect(second.next).toBeNull();
    const named = (await api.get('jobs?state=ready&jobName=MAIL&channel=nobody')).json as typeof first;
    expect(named.jobs.map(({ id }) => id)).toEqual([waiting]);
  });

  it.each([
    ['jobs?stat=ready', 'stat: is no parameter of jobs'],
    ['jobs?state=sleeping', 'must be one of'],
    ['jobs?limit=201', 'must be a whole number from 1 to 200'],
    ['jobs?limit=1.5', 'must be a whole number'],
    ['jobs?order=random', 'must be newest or oldest'],
    ['jobs?enqueuedFrom=yesterday', 'must be a time as'],
    ['jobs?after=nowhere', 'must be the next of a page before'],
    ['jobs?id=4711', 'must be the id of a job'],
  ])('says of %s what is wrong', async (path, message) => {
    const { status, json } = await api.get(path);
    expect(status).toBe(400);
    expect((json as { error: { message: string } }).error.message).toContain(message);
  });
});

describe('GET jobs/:id', () => {
  it('tells what has become of it', async () => {
    const { json } = await api.get(`jobs/${failed}`);
    const { timeline, failures } = json as { timeline: { kind: string; attempt?: number }[]; failures: unknown[] };
    expect(timeline.map(({ kind, attempt }) => [kind, attempt])).toEqual([
      ['enqueued', undefined],
      ['attempt', 1],
      ['attempt', 2],
      ['finalized', undefined],
    ]);
    expect(failures).toHaveLength(2);
    expect(json).toMatchObject({ error: expect.stringContaining('second line') as never });
  });

  it('tells of no claim after the last attempt, though one finalized it where the process had died', async () => {
    const dies = queue.define('DIES');
    await dies.register();
    const id = await dies.enqueue(null, { channel: 'dying' });
    // As it is once its lease was released.
    const released = `update "${queue.schema}".job set attempt = 1, failures = jsonb_build_array(jsonb_build_object(
      'attempt', 1, 'atMs', round(extract(epoch from clock_timestamp()) * 1000), 'processId', gen_random_uuid(),
      'workerId', null, 'durationMs', null, 'error', 'the worker process died')) where id = $1`;
    expect((await queue.pool.query(released, [id])).rowCount).toBe(1);
    const worker = queue.work({ channels: ['dying'] });
    await queue.reaches(id, 'over');
    await worker.stop();
    const { json } = await api.get(`jobs/${id}`);
    const { timeline, outcome } = json as { timeline: { kind: string }[]; outcome: string };
    expect([outcome, ...timeline.map(({ kind }) => kind)]).toEqual(['failed', 'enqueued', 'attempt', 'finalized']);
    await queue.context.jobs.delete(id);
  });

  it('is 404 for a job that is not there, and 400 for what is no id', async () => {
    for (const path of ['', '/payload', '/explain']) {
      expect((await api.get(`jobs/${randomUUID()}${path}`)).status).toBe(404);
      expect((await api.get(`jobs/4711${path}`)).status).toBe(400);
    }
  });
});

describe('GET jobs/:id/explain', () => {
  it('says why it does not run, and what to do', async () => {
    const { json } = await api.get(`jobs/${waiting}/explain`);
    expect(json).toMatchObject({
      kind: 'no-worker',
      jobName: 'MAIL',
      channel: 'nobody',
      chain: [{ kind: 'job', id: waiting }],
    });
    expect(json).toHaveProperty('sentence');
  });

  it('leads from a job to its group, to who holds it, and to the process', async () => {
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = queue.define('SLOW', () => gate);
    await slow.register();
    const holder = await slow.enqueue(null, { jobGroup: 'account 7', channel: 'slow' });
    const worker = queue.work({ channels: ['slow'] });
    try {
      await queue.reaches(holder, 'running');
      const behind = await slow.enqueue(null, { jobGroup: 'account 7', channel: 'slow' });
      const { json } = await api.get(`jobs/${behind}/explain`);
      const { kind, chain } = json as { kind: string; chain: { kind: string; id: string }[] };
      expect(kind).toBe('group-busy');
      expect(chain.map((link) => link.kind)).toEqual(['job', 'group', 'job', 'process']);
      expect(chain.map(({ id }) => id).slice(0, 3)).toEqual([behind, 'account 7', holder]);
      const { json: group } = await api.get('groups/account%207');
      expect(group).toMatchObject({ group: { running: 1, holders: [{ jobId: holder }] }, waiting: [{ id: behind }] });
      const { json: listed } = await api.get('groups');
      expect(listed).toMatchObject({ groups: [{ jobGroup: 'account 7' }], next: null });
      const processId = chain[3]?.id ?? '';
      expect((await api.get(`processes/${processId}`)).json).toMatchObject({
        process: { processId, running: 1, state: 'alive' },
        jobs: [{ id: holder }],
        isPartial: false,
      });
      expect((await api.get('processes')).json).toMatchObject({ processes: [{ processId }] });
    } finally {
      open();
      await worker.stop();
    }
  });
});

describe('what is done to a job', () => {
  afterEach(async () => {
    await queue.context.jobs.delete({ channel: 'acted' });
  });
  const fresh = async (options: object = {}): Promise<string> =>
    await queue.define('ACTED').enqueue(1, { channel: 'acted', ...options });

  it('cancels it, retries it with a delay, changes its priority and deletes it', async () => {
    const id = await fresh();
    expect((await api.post(`jobs/${id}/priority`, { priority: 7 })).json).toMatchObject({ changed: 1 });
    expect(await queue.context.jobs.get(id)).toMatchObject({ priority: 7 });
    expect((await api.post(`jobs/${id}/cancel`, { reason: 'a mistake' })).json).toMatchObject({ cancelled: 1 });
    expect(await queue.context.jobs.get(id)).toMatchObject({
      outcome: 'cancelled',
      error: expect.stringContaining('a mistake'),
    });
    expect((await api.post(`jobs/${id}/retry`, { delaySecs: 60 })).json).toMatchObject({ retried: 1 });
    expect(await queue.context.jobs.get(id)).toMatchObject({ state: 'scheduled' });
    expect((await api.post(`jobs/${id}/delete`)).json).toMatchObject({ deleted: 1 });
    expect((await api.post(`jobs/${id}/delete`)).status).toBe(404);
  });

  it('has one that is scheduled run now', async () => {
    const id = await fresh({ delaySecs: 3_600 });
    expect((await api.post(`jobs/${id}/run-now`)).json).toMatchObject({ promoted: 1 });
    expect(await queue.context.jobs.get(id)).toMatchObject({ state: 'ready', runAt: null });
    expect((await api.post(`jobs/${id}/run-now`)).json).toMatchObject({ promoted: 0, waiting: 1 });
    expect((await api.post(`jobs/${randomUUID()}/run-now`)).status).toBe(404);
  });

  it('enqueues one', async () => {
    const body = { jobName: 'ACTED', payload: { n: 1 }, channel: 'acted', delaySecs: 60, priority: 2 };
    const { status, json } = await api.post('jobs', body);
    expect(status).toBe(201);
    const job = await queue.context.jobs.get((json as { jobId: string }).jobId);
    expect(job).toMatchObject({
      jobName: 'ACTED',
      payload: { n: 1 },
      channel: 'acted',
      priority: 2,
      state: 'scheduled',
    });
  });

  it.each([
    ['jobs', { payload: 1 }, 'jobName: is missing'],
    ['jobs', { jobName: 'X', priorty: 1 }, 'priorty'],
    ['jobs', { jobName: '' }, 'must not be empty'],
    [`jobs/${randomUUID()}/retry`, { delaySecs: -1 }, 'delaySecs'],
    [`jobs/${randomUUID()}/retry`, { delay: 1 }, 'delay'],
    [`jobs/${randomUUID()}/cancel`, { reason: 7 }, 'must be a string'],
    [`jobs/${randomUUID()}/priority`, {}, 'priority: is missing'],
  ])('refuses POST %s with %j', async (path, body, message) => {
    const { status, json } = await api.post(path, body);
    expect({ status, message: (json as { error: { message: string } }).error.message }).toEqual({
      status: 400,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('refuses what is no JSON object', async () => {
    for (const body of ['{', '[]', '"text"', 'null']) {
      const headers = { 'content-type': 'application/json', 'x-bearmq': '1' };
      expect((await api.ask('/api/v1/jobs', { method: 'POST', headers, body })).status).toBe(400);
    }
  });

  it('tells of it when it is done, and of previews and refusals nothing', async () => {
    const told: unknown[] = [];
    const audited = apiOn(queue, {
      authorize: () => ({ allow: ['job.cancel', 'job.delete'], actor: 'ada' }),
      onAction: (record) => told.push(record),
    });
    const id = await fresh();
    await audited.post(`jobs/${id}/retry`);
    await audited.post('bulk/preview', { action: 'job.delete', filter: { channel: 'acted' } });
    await audited.post(`jobs/${randomUUID()}/cancel`);
    await audited.post(`jobs/${id}/cancel`, { reason: 'why not' });
    expect(told).toEqual([
      {
        at: expect.any(Date),
        actor: 'ada',
        action: 'job.cancel',
        source: null,
        path: `jobs/${id}/cancel`,
        body: { reason: 'why not' },
        result: expect.objectContaining({ cancelled: 1 }),
      },
    ]);
  });
});
