import type { Access } from '@bearmq/dashboard';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ROUTES } from '../dist/server/routes/index.js';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const within = (...channels: string[]): { authorize: () => Access } => ({
  authorize: () => ({ allow: ['job.cancel', 'job.retry', 'job.delete', 'job.enqueue', 'pause', 'resume'], channels }),
});
const one = apiOn(queue, within('ours'));
const two = apiOn(queue, within('ours', 'also ours'));
let [ours, theirs] = ['', ''];

beforeAll(async () => {
  const job = queue.define('JOB');
  ours = await job.enqueue(1, { channel: 'ours' });
  await job.enqueue(2, { channel: 'also ours' });
  theirs = await job.enqueue(3, { channel: 'theirs' });
});

describe('access to some channels', () => {
  const jobsOf = async (api: typeof one, path: string) =>
    ((await api.get(path)).json as { jobs: { channel: string }[] }).jobs.map(({ channel }) => channel).sort();

  it('shows their jobs and no others', async () => {
    expect(await jobsOf(one, 'jobs')).toEqual(['ours']);
    expect(await jobsOf(two, 'jobs')).toEqual(['also ours', 'ours']);
    expect(await jobsOf(apiOn(queue, within()), 'jobs')).toEqual([]);
    expect((await one.get('jobs?channel=theirs')).status).toBe(403);
    for (const path of ['', '/payload', '/result', '/log', '/explain']) {
      expect((await one.get(`jobs/${ours}${path}`)).status).toBe(200);
      expect((await one.get(`jobs/${theirs}${path}`)).status).toBe(404);
    }
  });

  it('counts their jobs and no others', async () => {
    expect((await one.get('overview')).json).toMatchObject({
      states: { ready: { value: 1 } },
      processes: null,
      slots: null,
      findings: null,
      attention: [{ subject: 'JOB in ours' }],
    });
    expect((await two.get('overview')).json).toMatchObject({ states: { ready: { value: 2 } } });
    expect((await two.get('lanes')).json).toMatchObject({ lanes: [{ channel: 'also ours' }, { channel: 'ours' }] });
    const from = new Date(Date.now() - 60_000).toISOString();
    expect((await one.get(`series?from=${from}`)).status).toBe(200);
    expect((await two.get(`series?from=${from}`)).status).toBe(400);
    expect((await two.get(`series?from=${from}&channel=ours`)).status).toBe(200);
    expect((await two.get(`series?from=${from}&channel=theirs`)).status).toBe(403);
    expect((await two.get('failures')).status).toBe(200);
    expect((await two.get('failures?channel=theirs')).status).toBe(403);
  });

  it('does nothing to jobs of others', async () => {
    expect((await one.post(`jobs/${theirs}/cancel`)).status).toBe(404);
    expect((await one.post(`jobs/${theirs}/delete`)).status).toBe(404);
    expect((await one.post('jobs', { jobName: 'X', channel: 'theirs' })).status).toBe(403);
    expect((await two.post('jobs', { jobName: 'X' })).status).toBe(400);
    const all = { action: 'job.delete', filter: { jobName: 'JOB' } };
    expect((await one.post('bulk/preview', all)).json).toMatchObject({ matched: { value: 1 }, sample: [{ id: ours }] });
    expect((await two.post('bulk/preview', all)).status).toBe(400);
    expect((await two.post('bulk/preview', { ...all, filter: { channel: 'theirs' } })).status).toBe(403);
    expect(await queue.context.jobs.get(theirs)).toMatchObject({ state: 'ready' });
    const { json } = await one.post('jobs', { jobName: 'X' });
    const { jobId } = json as { jobId: string };
    expect(await queue.context.jobs.get(jobId)).toMatchObject({ channel: 'ours' });
    await queue.context.jobs.delete(jobId);
  });

  it('takes no bulk of wider access', async () => {
    const body = { action: 'job.delete', filter: { jobName: 'JOB' } };
    const { before, filterHash } = (await apiOn(queue).post('bulk/preview', body)).json as {
      before: string;
      filterHash: string;
    };
    expect((await one.post('bulk', { ...body, before, filterHash })).status).toBe(409);
  });

  it('pauses and resumes them, and nothing else', async () => {
    for (const what of [{ channel: 'theirs' }, { jobName: 'JOB' }, { everything: true }, {}]) {
      expect((await one.post('pauses', what)).status).toBe(403);
      expect((await one.post('pauses/remove', what)).status).toBe(403);
    }
    expect((await one.post('pauses', { channel: 'ours' })).json).toMatchObject({ isNew: true });
    await queue.context.pause({ channel: 'theirs' });
    expect((await one.get('pauses')).json).toMatchObject({ pauses: [{ what: { channel: 'ours' } }] });
    expect((await one.get('overview')).json).toMatchObject({ pauses: 1 });
    await queue.context.resume({ channel: 'theirs' });
    expect((await one.post('pauses/remove', { channel: 'ours' })).json).toEqual({ wasPaused: true });
  });

  const whole = ROUTES.filter(({ channels }) => channels === 'refused');
  it.each(whole.map(({ method, path }) => [method, path]))(
    'is refused what is about all channels: %s %s',
    async (method, path) => {
      const named = path.replace(/:\w+/g, 'x');
      const { status, json } = method === 'GET' ? await one.get(named) : await one.post(named);
      expect({ status, json }).toMatchObject({ status: 403, json: { error: { code: 'CHANNELS_ONLY' } } });
    },
  );

  it('is refused the metrics, and told of no pages that it may not see', async () => {
    expect((await one.ask('/metrics')).status).toBe(403);
    expect((await one.get('meta')).json).toMatchObject({ features: [], access: { channels: ['ours'] } });
  });
});
