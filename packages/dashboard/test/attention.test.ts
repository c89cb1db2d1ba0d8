import type { DashboardContext } from '@bearmq/dashboard';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
let waiting = '';

type Entry = Readonly<Record<'kind' | 'severity' | 'subject' | 'message' | 'page', string>>;

/** Of the overview, for a context whose doctor is as given. */
async function attentionOn(context: DashboardContext): Promise<readonly Entry[]> {
  const { json } = await apiOn({ context }).get('overview');
  return (json as { attention: readonly Entry[] }).attention;
}

beforeAll(async () => {
  const served = queue.define('SERVED of channel x', () => {}, {
    schedules: [{ key: 'a b', everySecs: 86_400, payload: {} }],
  });
  await served.register();
  await served.enqueue({}, { channel: 'later', delaySecs: 600 });
  const worker = queue.work({ channels: ['DEFAULT'] });
  await queue.reaches(await served.enqueue({}), 'over');
  waiting = await served.enqueue({}, { channel: 'nobody/2' });
  const { pool, schema } = queue;
  // As if it had waited for an hour, the schedule were late by one, and the pause two days old.
  await pool.query(`update "${schema}".job set enqueued_at = now() - interval '1 hour' where id = $1`, [waiting]);
  await pool.query(`update "${schema}".schedule set next_at = now() - interval '1 hour'`);
  await queue.context.pause({ channel: 'old' }, { reason: 'forgotten' });
  await pool.query(`update "${schema}".pause set since = now() - interval '2 days'`);
  expect(worker).toBeDefined();
});

describe('what needs attention', () => {
  it('has each thing once, in the words of the doctor, with the page about it', async () => {
    const attention = await attentionOn(queue.context);
    const ofKind = (kind: string) => attention.filter((one) => one.kind === kind);
    expect(ofKind('lane-unserved')).toMatchObject([
      { message: expect.stringContaining('live processes takes'), page: 'lanes/nobody%2F2/SERVED%20of%20channel%20x' },
    ]);
    expect(ofKind('schedule-late')).toMatchObject([{ page: 'schedules/SERVED%20of%20channel%20x/a%20b' }]);
    expect(ofKind('paused-long')).toMatchObject([
      { subject: 'channel old', message: expect.stringContaining('forgotten') },
    ]);
    const severities = attention.map(({ severity }) => severity);
    expect(severities).toEqual(severities.toSorted());
  });

  it('has what the dashboard sees by itself where there is no doctor', async () => {
    const { context } = queue;
    const alone = new Proxy(context, {
      get: (target, key) => {
        const value: unknown = key === 'health' ? undefined : Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const kinds = (await attentionOn(alone)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['lane-unserved', 'paused-long', 'schedule-late']);
  });

  it('points from a job or a process to its page, and from all else to the findings', async () => {
    const finding = { severity: 'warning' as const, message: 'is so', remedy: 'change it' };
    const id = '00000000-0000-7000-8000-000000000000';
    const found = ['job-long', 'release-old', 'no-orchestrator'].map((kind, nth) => {
      return { ...finding, kind, subject: [`job ${id}`, `worker ${id}`, 'orchestrator'][nth] ?? '' };
    });
    const health = async () => {
      const told = await queue.context.health?.();
      if (told === undefined) throw new Error('the queue of the tests can tell of its health');
      return { ...told, isHealthy: true, findings: found };
    };
    const changed = new Proxy(queue.context, {
      get: (target, key) => {
        const value: unknown = key === 'health' ? health : Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const attention = await attentionOn(changed);
    const pages = found.map(({ kind }) => attention.find((one) => one.kind === kind)?.page);
    expect(pages).toEqual([`jobs/${id}`, `processes/${id}`, 'health']);
  });
});
