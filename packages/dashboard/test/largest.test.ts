import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { MAX_PAYLOAD_BYTES, MAX_RESULT_BYTES } from '../../core/dist/model/limits.js';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const api = apiOn(queue);
/** Answers that have nothing of either are shorter. */
const NOTHING_OF_IT = MAX_RESULT_BYTES / 16;
let id = '';

/** How many bytes the database has sent to the dashboard while `ask` was underway. */
async function received(ask: () => Promise<unknown>): Promise<number> {
  const sent = () => streams.reduce((sum, { bytesRead }) => sum + bytesRead, 0);
  const before = sent();
  await ask();
  return sent() - before;
}
const streams: { readonly bytesRead: number }[] = [];

/** JSON of so many bytes. */
function jsonOf(bytes: number): string {
  return JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
}

// From the first connection on, which the schema is made by.
queue.pool.on('connect', (client) => {
  const { stream } = (client as unknown as { connection: { stream: { bytesRead: number } } }).connection;
  streams.push(stream);
});

beforeAll(async () => {
  const definition = queue.define('LARGEST', () => JSON.parse(jsonOf(MAX_RESULT_BYTES)), { result: 'keep' });
  await definition.register();
  id = await definition.enqueue(null);
  const worker = queue.work();
  await queue.reaches(id, 'over');
  await worker.stop();
  // Enqueued and run, it would be in this process several times over.
  const outside = new pg.Client({ connectionString: process.env['BEARMQ_TEST_URL'] });
  await outside.connect();
  await outside.query(`update "${queue.schema}".finalized_job set payload = $2::text::json where id = $1`, [
    id,
    jsonOf(MAX_PAYLOAD_BYTES),
  ]);
  await outside.end();
});

describe('a job with the largest payload and the largest result', () => {
  it.each([
    { what: 'its page', path: () => `jobs/${id}` },
    { what: 'its page, where payloads are shown', path: () => `jobs/${id}`, payloads: 'show' },
    { what: 'a list', path: () => 'jobs?jobName=LARGEST' },
    { what: 'the lanes', path: () => 'lanes' },
    { what: 'the overview', path: () => 'overview' },
    { what: 'the failures', path: () => 'failures' },
  ] as const)('has nothing of either in what is answered, or asked, for $what', async (page) => {
    const asked = apiOn(queue, 'payloads' in page ? { payloads: page.payloads } : {});
    let length = 0;
    const bytes = await received(async () => {
      const { status, text } = await asked.get(page.path());
      expect(status).toBe(200);
      expect(text).not.toContain('xxxxx');
      length = text.length;
    });
    expect(bytes).toBeGreaterThan(0);
    expect(Math.max(length, bytes)).toBeLessThan(NOTHING_OF_IT);
  });

  it('says on its page that the payload is large', async () => {
    expect((await api.get(`jobs/${id}`)).json).toMatchObject({ payload: { isLarge: true, text: null, bytes: null } });
  });

  it('has the beginning of the payload, and how large it is, for less than a hundredth of it', async () => {
    let head = { text: '', bytes: 0, isWhole: true };
    const bytes = await received(async () => {
      head = (await api.get(`jobs/${id}/payload/head`)).json;
    });
    expect(head).toMatchObject({ bytes: MAX_PAYLOAD_BYTES, isWhole: false });
    expect(head.text).toBe(jsonOf(MAX_PAYLOAD_BYTES).slice(0, head.text.length));
    expect([head.text.length, bytes].map((size) => size < MAX_PAYLOAD_BYTES / 100)).toEqual([true, true]);
  });

  it('has the whole payload for who asks for that, and keeps none of it', async () => {
    const whole = async () =>
      await received(async () => {
        const answer = await api.dashboard.fetch(new Request(`http://localhost/api/v1/jobs/${id}/payload`));
        expect((await answer.arrayBuffer()).byteLength).toBe(MAX_PAYLOAD_BYTES);
      });
    expect(await whole()).toBeGreaterThan(MAX_PAYLOAD_BYTES);
    expect(await whole()).toBeGreaterThan(MAX_PAYLOAD_BYTES); // it was read anew
  });

  it('has the whole result, which is that of one job', async () => {
    const { json, text } = await api.get(`jobs/${id}/result`);
    expect((json as { text: string }).text).toBe(jsonOf(MAX_RESULT_BYTES));
    expect(text.length).toBeLessThan(2 * MAX_RESULT_BYTES);
  });
});
