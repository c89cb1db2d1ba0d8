import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sampleDepth, tablesOf } from '@bearmq/core/internal';
import { createMetrics } from '@bearmq/prometheus';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { diagnose } from 'bearmq';
import { useBin } from '../cli/support/bin.ts';
import { callOn } from '../cli/support/call.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { statementsOf } from '../support/statements.ts';
import { until } from '../support/until.ts';
import { hasPrometheus, MONITORING, type Prometheus, startPrometheus } from './support/server.ts';

if (!hasPrometheus) console.warn('skipped: no prometheus and promtool here (Debian: apt-get install prometheus)');
const describeThere = hasPrometheus ? describe : describe.skip;

const schema = useSchema({ way: 'direct' });
const daemons = useDaemons();
const start = useBin();
const statements = statementsOf(schema);
let endpoint: Server;
let prometheus: Prometheus | undefined;
let rendered = '';

const server = (): Prometheus => {
  if (prometheus === undefined) throw new Error('it was not started');
  return prometheus;
};

async function failSome(count: number): Promise<void> {
  const context = schema.context();
  const events = logEvents(context);
  const { definition } = await notedJob<number>(context, 'FAILS', () => {
    throw new Error('no');
  });
  const worker = daemons.worker(context, { concurrency: 10 });
  await definition.enqueueMany(Array.from({ length: count }, (_, payload) => ({ payload })));
  await events.waitFor('WORKER_JOB_EXPIRE', { count });
  await worker.stop();
}

/** What each alert is about, made true. Processes come last: one that is alive would take what waits. */
async function makeTrouble(): Promise<void> {
  await failSome(1);
  await server().scraped();
  await failSome(60);
  await statements.insert({ name: 'UNSERVED' }, { name: 'HOLDS', jobGroup: 'g' });
  await statements.claim(await statements.worker(), { names: ['HOLDS'], slots: 1 });
  await schema.rows(`update {s}.job set enqueued_at = now() - interval '1 hour' where state = 'ready'`);
  await schema.rows(`update {s}.job set claimed_at = now() - interval '2 hours' where state = 'running'`);
  await schema.rows(`update {s}.process set expires_at = now() - interval '1 s'`);
  await schema.rows(`insert into {s}.pause (kind, name, since) values ('name', 'P', now() - interval '2 days')`);
  await schema.rows(
    `insert into {s}.schedule (job_name, rule, next_at) values ('S', '{"everySecs": 60}', now() - interval '1 hour')`,
  );
  await sampleDepth(schema.driver(), tablesOf(schema.name), null);
  await schema.rows(`update {s}.lane_depth set at = at - interval '1 hour'`);
  await server().scraped();
}

describeThere('a Prometheus', () => {
  beforeAll(async () => {
    const findings = () => diagnose({ driver: schema.driver(), schema: schema.name, patienceSecs: 0 });
    const metrics = createMetrics({ context: schema.context(), findings });
    endpoint = createServer(async (_request, response) => {
      try {
        rendered = await metrics.render();
        response.setHeader('content-type', metrics.contentType).end(rendered);
      } catch (error) {
        response.writeHead(503).end(String(error)); // told by Prometheus, which then has not scraped
      }
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    prometheus = await startPrometheus(`127.0.0.1:${(endpoint.address() as AddressInfo).port}`);
  });

  afterAll(async () => {
    await prometheus?.stop();
    endpoint?.close();
    endpoint?.closeAllConnections();
  });

  it('scrapes counters that do not fall while processes come, end and are killed', async () => {
    const module = join(import.meta.dirname, '../cli/support/fixtures/jobs.mjs');
    const env = { DATABASE_URL: schema.url, SCHEMA: schema.name };
    for (const [round, signal] of (['SIGTERM', 'SIGKILL', 'SIGTERM'] as const).entries()) {
      const bin = start(['work', module], env);
      await bin.wrote('working');
      await callOn(schema, ['jobs', 'enqueue', 'QUICK', JSON.stringify({ n: round })]);
      await bin.wrote(`quick ${round}`);
      if (signal === 'SIGKILL') {
        // It loses what it has not written: what was is not to be lost with it.
        await until('it is counted', async () =>
          (await schema.context().stats.totals()).some(({ started }) => started === round + 1),
        );
      }
      bin.process.kill(signal);
      await bin.exit;
      await server().scraped();
    }
    const [total] = await server().query('bearmq_jobs_started_total{job="QUICK"}');
    expect(total?.value[1]).toBe('3');
    const resets = await server().query('resets(bearmq_jobs_started_total{job="QUICK"}[10m])');
    expect(resets.map(({ value }) => value[1])).toEqual(['0']);
    const [increase] = await server().query('increase(bearmq_jobs_started_total{job="QUICK"}[10m])');
    expect(Number(increase?.value[1])).toBeGreaterThan(0);
  });

  it('answers every expression of the dashboard', async () => {
    await failSome(2);
    await server().scraped();
    await failSome(2);
    await statements.insert({ name: 'WAITS' });
    await sampleDepth(schema.driver(), tablesOf(schema.name), null);
    await server().scraped();
    const dashboard = readFileSync(join(MONITORING, 'grafana.json'), 'utf8');
    const expressions = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) =>
      String(JSON.parse(text)),
    );
    expect(expressions.length).toBeGreaterThan(10);
    for (const expression of expressions) {
      const asked = expression.replaceAll('$channel', '.*').replaceAll('$__rate_interval', '5m');
      expect(asked).not.toContain('$');
      expect([expression, (await server().query(asked)).length > 0]).toEqual([expression, true]);
    }
  });

  it('fires every alert once what it is about is true, and its rules are in order', async () => {
    await makeTrouble();
    const rules = await server().rules();
    expect(rules.length).toBeGreaterThan(8);
    expect(rules.filter(({ health, lastError }) => health === 'err' || lastError !== undefined)).toEqual([]);
    for (const { name, query } of rules) {
      expect([name, (await server().query(query)).length > 0]).toEqual([name, true]);
    }
  });

  it('finds nothing wrong with the rules, nor with the text', async () => {
    const rules = spawnSync('promtool', ['check', 'rules', join(MONITORING, 'alerts.yaml')], { encoding: 'utf8' });
    expect([rules.status, rules.stderr]).toEqual([0, '']);
    const text = spawnSync('promtool', ['check', 'metrics'], { input: rendered, encoding: 'utf8' });
    expect([text.status, text.stdout, text.stderr]).toEqual([0, '', '']);
  });
});
