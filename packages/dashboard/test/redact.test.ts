import type { JobRecord } from '@bearmq/core';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiOn } from './support/api.ts';
import { useQueue } from './support/queue.ts';

const queue = useQueue();
const SECRET = 'hunter2';
const hide = (text: string): string => text.replaceAll(SECRET, '•••');
const redact = (job: JobRecord): JobRecord => ({
  ...job,
  payload: undefined,
  error: job.error === null ? null : hide(job.error),
  failures: job.failures.map((failure) => ({ ...failure, error: hide(failure.error) })),
  headers: {},
});
const api = apiOn(queue, { redact, payloads: 'show' });
let [failed, delayed, grouped] = ['', '', ''];

beforeAll(async () => {
  const leaks = queue.define(
    'LEAKS',
    () => {
      throw new Error(`login failed with ${SECRET}`);
    },
    { schedules: [{ key: 'x', everySecs: 86_400, payload: { password: SECRET } }] },
  );
  await leaks.register();
  const common = { headers: { cookie: SECRET } };
  failed = await leaks.enqueue({ password: SECRET }, common);
  const again = queue.define(
    'AGAIN',
    () => {
      throw new Error(SECRET);
    },
    { numAttempts: 2, timeoutSecs: 600 },
  );
  await again.register();
  delayed = await again.enqueue({ password: SECRET }, common);
  const worker = queue.work({ channels: ['DEFAULT'] });
  await queue.reaches(failed, 'over');
  await queue.reaches(delayed, 'scheduled');
  await worker.stop();
  grouped = await leaks.enqueue({ password: SECRET }, { channel: 'nobody', jobGroup: 'g', ...common });
});

describe('what is redacted', () => {
  it('leaves the server by no answer', async () => {
    const paths = [
      'jobs',
      'overview',
      'failures',
      'groups',
      'groups/g',
      'processes',
      'schedules',
      'schedules/LEAKS/x',
      'health',
      ...[failed, delayed, grouped].flatMap((id) => [`jobs/${id}`, `jobs/${id}/payload`, `jobs/${id}/explain`]),
    ];
    for (const path of paths) {
      const { status, text } = await api.get(path);
      expect([path, status, text.includes(SECRET)]).toEqual([path, 200, false]);
    }
    const { text } = await api.post('bulk/preview', { action: 'job.retry', filter: { jobName: 'LEAKS' } });
    expect(text).toContain('•••');
    expect(text).not.toContain(SECRET);
  });

  it('is there where nothing is redacted', async () => {
    const open = apiOn(queue, { payloads: 'show' });
    for (const path of ['jobs', 'failures', `jobs/${failed}`, `jobs/${failed}/payload`, 'schedules/LEAKS/x']) {
      expect([path, (await open.get(path)).text.includes(SECRET)]).toEqual([path, true]);
    }
  });

  it('is shown as what is left of it', async () => {
    expect((await api.get('failures?jobName=LEAKS')).json).toMatchObject({
      groups: [{ message: 'Error: login failed with •••' }],
    });
    expect((await api.get(`jobs/${delayed}/explain`)).json).toMatchObject({
      kind: 'due',
      lastError: expect.stringContaining('•••'),
    });
    expect((await api.get(`jobs/${failed}`)).json).toMatchObject({ headers: {}, payload: { text: 'null' } });
  });

  it('leaves nothing where the function throws: the request rejects', async () => {
    const broken = apiOn(queue, {
      redact: () => {
        throw new Error('cannot tell');
      },
    });
    await expect(broken.get('jobs')).rejects.toThrow('cannot tell');
    await expect(broken.get(`jobs/${failed}/payload`)).rejects.toThrow('cannot tell');
  });
});
