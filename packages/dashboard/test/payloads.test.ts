import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);
let waiting = '';

beforeAll(async () => {
  const payload = { to: 'me', secret: 's3cret' };
  waiting = await queue.define('MAIL').enqueue(payload, { channel: 'nobody', headers: { trace: 'abc' } });
});

describe('the page of a job', () => {
  it('has the payload with it where that is shown, and says how long it is where it is on demand', async () => {
    const payload = { text: '{"to":"me","secret":"s3cret"}', bytes: 29, isLarge: false };
    const shown = apiOn(queue, { payloads: 'show' });
    expect((await shown.get(`jobs/${waiting}`)).json).toMatchObject({ payload: { mode: 'show', ...payload } });
    const onDemand = await api.get(`jobs/${waiting}`);
    expect(onDemand.json).toMatchObject({
      headers: { trace: 'abc' },
      payload: { ...payload, mode: 'on-demand', text: null },
    });
    expect(onDemand.text).not.toContain('s3cret');
    expect((await api.get(`jobs/${waiting}/payload`)).text).toBe('{"to":"me","secret":"s3cret"}');
  });

  it('never has one for whom payloads are not shown', async () => {
    const never = apiOn(queue, { payloads: 'show', authorize: () => ({ allow: [], payloads: 'never' }) });
    const { json, text } = await never.get(`jobs/${waiting}`);
    expect(json).toMatchObject({ payload: { mode: 'never', text: null, bytes: null } });
    expect(text).not.toContain('s3cret');
    expect((await never.get(`jobs/${waiting}/payload`)).status).toBe(403);
  });

  it('has it digit by digit', async () => {
    const id = await queue.define('EXACT').enqueue(1, { channel: 'nobody' });
    const text = '{"n": 12345678901234567890, "m": 0.10000000000000000001}';
    await queue.pool.query(`update "${queue.schema}".job set payload = $2 where id = $1`, [id, text]);
    expect((await api.get(`jobs/${id}/payload`)).text.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    const { json } = await apiOn(queue, { payloads: 'show' }).get(`jobs/${id}`);
    expect((json as { payload: { text: string } }).payload.text).toContain('12345678901234567890');
    await queue.context.jobs.delete(id);
  });

  it('leaves a large one to be asked for', async () => {
    const id = await queue.define('LARGE').enqueue({ text: 'y'.repeat(70_000) }, { channel: 'nobody' });
    const { json, text } = await apiOn(queue, { payloads: 'show' }).get(`jobs/${id}`);
    expect(json).toMatchObject({ payload: { text: null, bytes: null, isLarge: true } });
    expect(text.length).toBeLessThan(2_000);
    expect((await api.get(`jobs/${id}/payload`)).text).toHaveLength(70_011);
    expect((await api.get(`jobs/${id}/payload/head`)).json).toMatchObject({ bytes: 70_011, isWhole: true });
    await queue.context.jobs.delete(id);
  });

  it('has only the beginning of one that no page could lay out, redacted or not', async () => {
    const id = await queue.define('HUGE').enqueue({ text: '😀'.repeat(600_000) }, { channel: 'nobody' });
    const bytes = 600_000 * 4 + 11;
    const { json, text } = await api.get(`jobs/${id}/payload/head`);
    expect(json).toMatchObject({ bytes, isWhole: false });
    expect((json as { text: string }).text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThan(70_000);
    const redacting = apiOn(queue, { redact: (job) => job });
    expect((await redacting.get(`jobs/${id}/payload/head`)).json).toEqual(json);
    const hiding = apiOn(queue, { redact: (job) => ({ ...job, payload: 'hidden' }) });
    expect((await hiding.get(`jobs/${id}/payload/head`)).json).toEqual({ text: '"hidden"', bytes: 8, isWhole: true });
    const never = apiOn(queue, { authorize: () => ({ allow: [], payloads: 'never' }) });
    expect((await never.get(`jobs/${id}/payload/head`)).status).toBe(403);
    await queue.context.jobs.delete(id);
  });
});
