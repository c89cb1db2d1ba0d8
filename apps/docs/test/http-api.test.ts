import { createDashboard, type Dashboard } from '@bearmq/dashboard';
import { pgliteDriver } from '@bearmq/driver-pglite';
import { until } from '@bearmq/test-support';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Context, JobDefinition, migrate, Worker } from 'bearmq';
import { toldRoutes } from '../src/reference/http-routes.ts';
import { openApi } from '../src/reference/openapi.ts';

const MOUNT = 'http://site/admin/jobs';
const api = openApi();
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema({ $id: 'api', ...api });

/** What is wrong with a value that a type of the description is said to have. */
function problemsOf(type: string, value: unknown): readonly string[] {
  const validate = ajv.getSchema(`api#/components/schemas/${type}`);
  if (validate === undefined) throw new Error(`the description has no ${type}`);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${type}${instancePath} ${message}`);
}

describe('the description of the HTTP API', () => {
  let db: PGlite;
  let context: Context;
  let dashboard: Dashboard;
  let worker: Worker;
  const given: Record<string, string> = { jobName: 'FAILS', key: 'daily', name: 'account 7' };

  beforeAll(async () => {
    db = await PGlite.create();
    const driver = pgliteDriver({ db });
    await migrate({ driver, schema: 'api' });
    context = new Context({ driver, schema: 'api', statsSecs: 1 });
    const fails = new JobDefinition({
      context,
      name: 'FAILS',
      workFunction: (_: null, { log, progress }) => {
        log('it begins');
        progress({ done: 1, of: 2 });
        throw new Error('it is of no use');
      },
      schedules: [{ key: 'daily', cron: '0 3 * * *' }],
    });
    await fails.register();
    dashboard = createDashboard({ context, authorize: 'open', basePath: '/admin/jobs' });
    worker = new Worker({ context });
    given['id'] = await fails.enqueue(null);
    await fails.enqueue(null, { delaySecs: 3_600, jobGroup: 'account 7' });
    await until('the job has failed', async () => (await context.jobs.get(given['id'] ?? ''))?.state === 'over');
    await context.pause({ channel: 'mail' }, { reason: 'the provider is down' });
  }, 120_000);

  afterAll(async () => {
    await worker.stop({ waitSecs: 0 });
    await dashboard.close();
    await db.close();
  });

  const ask = async (method: string, path: string, body?: object): Promise<Response> => {
    const headers = { 'content-type': 'application/json', 'x-bearmq': '1' };
    const init = method === 'GET' ? {} : { method, headers, body: JSON.stringify(body ?? {}) };
    return await dashboard.fetch(new Request(`${MOUNT}/api/v1/${path}`, init), '/admin/jobs');
  };

  const reads = toldRoutes().filter(({ route, answer }) => route.method === 'GET' && answer !== undefined);

  test.each(reads)('says what is answered: $key', async ({ route, answer = '' }) => {
    if (route.path === 'processes/:id') given['id'] = (await context.processes())[0]?.processId ?? '';
    const query = route.path === 'series' ? `?from=${new Date(Date.now() - 3_600_000).toISOString()}` : '';
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
    const response = await ask('GET', `${path}${query}`);
    const value = await response.json();
    expect({ status: response.status, value }).toMatchObject({ status: 200 });
    expect(problemsOf(answer, value)).toEqual([]);
  });

  test('says what is answered to what changes something', async () => {
    const filter = { jobName: 'FAILS', outcomes: ['failed'] };
    const preview = await (await ask('POST', 'bulk/preview', { action: 'job.retry', filter })).json();
    expect(problemsOf('BulkPreviewAnswer', preview)).toEqual([]);
    const { before, filterHash } = preview as { readonly before: string; readonly filterHash: string };
    const bulk = { action: 'job.retry', filter, before, filterHash };
    const steps = [
      { path: 'bulk', body: bulk, takes: 'BulkBody', answer: 'BulkAnswer' },
      { path: 'jobs', body: { jobName: 'X', payload: null }, takes: 'EnqueueBody', answer: 'EnqueueAnswer' },
      { path: 'pauses', body: { jobName: 'X', reason: 'why' }, takes: 'PauseBody', answer: 'PauseAnswer' },
      { path: 'pauses/remove', body: { jobName: 'X' }, takes: 'PausedWhat', answer: 'ResumeAnswer' },
      { path: 'schedules/FAILS/daily/trigger', body: {}, takes: undefined, answer: 'ScheduleActionAnswer' },
    ];
    for (const { path, body, takes, answer } of steps) {
      if (takes !== undefined) expect(problemsOf(takes, body)).toEqual([]);
      const response = await ask('POST', path, body);
      expect(response.ok).toBe(true);
      expect(problemsOf(answer, await response.json())).toEqual([]);
    }
  });

  test('says what is answered to what cannot be done', async () => {
    const response = await ask('GET', 'jobs?nobody=1');
    expect(response.status).toBe(400);
    expect(problemsOf('ErrorAnswer', await response.json())).toEqual([]);
  });

  test('tells of each field that is answered, and of each that a body takes', async () => {
    const fields = Object.values(api.components.schemas).flatMap((schema) => Object.keys(schema['properties'] ?? {}));
    expect(fields.length).toBeGreaterThan(100);
    const job = (await (await ask('GET', 'jobs')).json()) as { readonly jobs: readonly object[] };
    const described = Object.keys((api.components.schemas['JobRow']?.['properties'] ?? {}) as object).sort();
    expect(Object.keys(job.jobs[0] ?? {}).sort()).toEqual(described);
  });
});
