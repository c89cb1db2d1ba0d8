import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);

beforeAll(async () => {
  const works = queue.define('WORKS', () => {}, {
    schedules: [
      { key: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin', payload: { kind: 'day' } },
      { key: 'hourly', everySecs: 3_600 },
    ],
  });
  await works.register();
});

describe('schedules', () => {
  it('are listed without their payloads, and shown with their next ticks', async () => {
    const { json, text } = await api.get('schedules');
    expect(json).toMatchObject({ schedules: [{ key: 'hourly', everySecs: 3_600 }, { key: 'nightly' }], next: null });
    expect(text).not.toContain('payload');
    const shown = (await api.get('schedules/WORKS/nightly')).json as { nextTicks: string[]; nextAt: string };
    expect(shown).toMatchObject({ cron: '30 2 * * *', timeZone: 'Europe/Berlin', payloadText: '{"kind":"day"}' });
    expect(shown.nextTicks).toHaveLength(10);
    expect(shown.nextTicks[0]).toBe(shown.nextAt);
    const hourly = (await api.get('schedules/WORKS/hourly')).json as { nextTicks: string[] };
    const ticks = hourly.nextTicks.map((tick) => Date.parse(tick));
    expect(ticks.slice(1).map((tick, i) => tick - (ticks[i] ?? 0))).toEqual(Array(9).fill(3_600_000));
  });

  it('are paused, resumed, triggered and removed', async () => {
    const path = 'schedules/WORKS/hourly';
    expect(await api.post(`${path}/pause`)).toMatchObject({ status: 200 });
    expect((await api.get(path)).json).toMatchObject({ pausedAt: expect.any(String), nextTicks: [] });
    expect(await api.post(`${path}/resume`)).toMatchObject({ status: 200 });
    expect((await api.get(path)).json).toMatchObject({ pausedAt: null });
    const { jobId } = (await api.post(`${path}/trigger`)).json as { jobId: string };
    expect(await queue.context.jobs.get(jobId)).toMatchObject({ jobName: 'WORKS' });
    await queue.context.jobs.delete(jobId);
    expect((await api.post(`${path}/remove`)).json).toEqual({ removed: true });
    expect((await api.post(`${path}/remove`)).json).toEqual({ removed: false });
    expect((await api.get(path)).status).toBe(404);
    expect((await api.post(`${path}/pause`)).status).toBe(404);
  });

  it('are not triggered where their definition is not known', async () => {
    const elsewhere = queue.define('ELSEWHERE');
    await queue.context.schedules.set(elsewhere, { key: 'x', everySecs: 60, payload: null });
    const { status, json } = await api.post('schedules/ELSEWHERE/x/trigger');
    expect(status).toBe(400);
    expect((json as { error: { message: string } }).error.message).toContain('needs the definition');
    await queue.context.schedules.remove('ELSEWHERE', 'x');
  });
});

describe('pauses', () => {
  it('are made, listed and ended, whatever is paused', async () => {
    for (const what of [{ channel: 'a' }, { jobName: 'b' }, { jobGroup: 'c' }, { everything: true }]) {
      expect((await api.post('pauses', { ...what, reason: 'to see', waitForRunningSecs: 0 })).json).toEqual({
        isNew: true,
        stillRunning: 0,
      });
      expect((await api.get('pauses')).json).toEqual({
        pauses: [{ what, since: expect.any(String), reason: 'to see' }],
      });
      expect((await api.post('pauses/remove', what)).json).toEqual({ wasPaused: true });
      expect((await api.post('pauses/remove', what)).json).toEqual({ wasPaused: false });
    }
  });

  it.each([
    {},
    { everything: false },
    { everything: true, channel: 'x' },
    { chanel: 'x' },
    { channel: 'x', jobName: 'y' },
    { channel: 'x', waitForRunningSecs: 60 },
  ])('refuses %j', async (body) => {
    expect((await api.post('pauses', body)).status).toBe(400);
    expect((await api.get('pauses')).json).toEqual({ pauses: [] });
  });
});
