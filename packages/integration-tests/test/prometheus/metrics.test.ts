import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { sampleDepth, tablesOf } from '@bearmq/core/internal';
import { createMetrics } from '@bearmq/prometheus';
import { describe, expect, it } from '@jest/globals';
import { diagnose } from 'bearmq';
import { callOn } from '../cli/support/call.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** What the text format allows: comments, and samples of a name, labels and a number. */
const LINE =
  /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (?:[-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf)|NaN))$/;

/** The values of a family by their labels, as they stand there. */
function valuesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(name.length, end), Number(line.slice(end + 1))];
    }),
  );
}

async function runSome(name: string, count: number): Promise<void> {
  const context = schema.context();
  const events = logEvents(context);
  const { definition } = await notedJob<number>(context, name, (n) => {
    if (n === 0) throw new Error('no');
  });
  const worker = daemons.worker(context, { concurrency: 10 });
  await definition.enqueueMany(Array.from({ length: count }, (_, payload) => ({ payload })));
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: count - 1 });
  await events.waitFor('WORKER_JOB_EXPIRE');
  await worker.stop();
}

describe('createMetrics', () => {
  it('renders the text format, with names of any kind', async () => {
    await runSome('quoted "\\\n', 2);
    const { render, contentType } = createMetrics({ context: schema.context() });
    const text = await render();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .filter((line) => !LINE.test(line)),
    ).toEqual([]);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
    expect(text).toContain('job="quoted \\"\\\\\\n"');
  });

  it('has counters that survive the process that counted', async () => {
    const { render } = createMetrics({ context: schema.context() });
    const labels = '{channel="DEFAULT",job="SURVIVES"}';
    for (const started of [3, 6]) {
      await runSome('SURVIVES', 3);
      expect(valuesOf(await render(), 'bearmq_jobs_started_total')[labels]).toBe(started);
    }
    const text = await render();
    const finished = valuesOf(text, 'bearmq_jobs_finished_total');
    expect(finished['{channel="DEFAULT",job="SURVIVES",outcome="succeeded"}']).toBe(4);
    expect(finished['{channel="DEFAULT",job="SURVIVES",outcome="failed"}']).toBe(2);
  });

  it('has histograms that count up to all', async () => {
    await runSome('MEASURED', 4);
    const text = await createMetrics({ context: schema.context() }).render();
    const buckets = Object.entries(valuesOf(text, 'bearmq_job_run_seconds_bucket')).filter(([labels]) =>
      labels.includes('job="MEASURED"'),
    );
    const counts = buckets.map(([, count]) => count);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(buckets.at(-1)).toEqual(['{channel="DEFAULT",job="MEASURED",le="+Inf"}', 4]);
    expect(valuesOf(text, 'bearmq_job_run_seconds_count')['{channel="DEFAULT",job="MEASURED"}']).toBe(4);
  });

  it('tells what waits, and that nobody takes it', async () => {
    const context = schema.context();
    const { definition } = await notedJob(context, 'WAITS');
    await definition.enqueue(null);
    await schema.rows(`update {s}.job set enqueued_at = now() - interval '1 hour' where name = 'WAITS'`);
    const text = await createMetrics({ context }).render();
    const labels = '{channel="DEFAULT",job="WAITS"}';
    expect(valuesOf(text, 'bearmq_jobs')['{channel="DEFAULT",job="WAITS",state="ready"}']).toBe(1);
    expect(valuesOf(text, 'bearmq_oldest_ready_age_seconds')[labels]).toBeGreaterThanOrEqual(3_600);
    expect(valuesOf(text, 'bearmq_lane_served')[labels]).toBe(0);
    expect(valuesOf(text, 'bearmq_processes')['{state="alive"}']).toBe(0);
  });

  it('tells no more lanes by name than it is to, and adds up the rest', async () => {
    for (const [name, count] of [
      ['BUSY', 5],
      ['CALM_1', 2],
      ['CALM_2', 2],
    ] as const)
      await runSome(name, count);
    const all = valuesOf(await createMetrics({ context: schema.context() }).render(), 'bearmq_jobs_started_total');
    const sum = (values: Readonly<Record<string, number>>) => Object.values(values).reduce((a, b) => a + b, 0);
    const few = valuesOf(
      await createMetrics({ context: schema.context(), lanesUpTo: 2 }).render(),
      'bearmq_jobs_started_total',
    );
    expect(Object.keys(few)).toHaveLength(3);
    expect(few['{channel="_other",job="_other"}']).toBeGreaterThan(0);
    expect(sum(few)).toBe(sum(all));
  });

  it('tells what the doctor finds, where it is asked to', async () => {
    const context = schema.context();
    const findings = () => diagnose({ driver: schema.driver(), schema: schema.name, patienceSecs: 0 });
    const text = await createMetrics({ context, findings }).render();
    expect(valuesOf(text, 'bearmq_findings')['{severity="error"}']).toBeGreaterThan(0);
    expect(valuesOf(text, 'bearmq_finding')['{severity="error",kind="jobs-waiting"}']).toBe(1);
  });

  it('asks the database once for calls at the same time', async () => {
    const { render } = createMetrics({ context: schema.context() });
    const [first, second] = [render(), render()];
    expect(second).toBe(first);
    await first;
    const third = render();
    expect(third).not.toBe(first);
    await third;
  });

  it('refuses options that make no sense', () => {
    expect(() => createMetrics({ context: {} as never })).toThrow('createMetrics.context must be a Context');
    expect(() => createMetrics({ context: schema.context(), lanesUpTo: 0 })).toThrow('createMetrics.lanesUpTo must be');
  });
});

describe('the alerts and the dashboard', () => {
  const folder = join(dirname(createRequire(import.meta.url).resolve('@bearmq/prometheus/package.json')), 'monitoring');

  it.each(['alerts.yaml', 'grafana.json'])('of %s ask for nothing that is not rendered', async (file) => {
    await runSome('FOR_ALERTS', 2);
    const context = schema.context();
    await sampleDepth(schema.driver(), tablesOf(schema.name), null);
    await schema.rows("insert into {s}.pause (kind, name) values ('name', 'P') on conflict do nothing");
    await schema.rows(
      `insert into {s}.schedule (job_name, rule) values ('S', '{"everySecs": 60}') on conflict do nothing`,
    );
    const text = await createMetrics({ context, findings: async () => [] }).render();
    const rendered = new Set(text.split('\n').map((line) => /^bearmq_\w+/.exec(line)?.[0]));
    const asked = readFileSync(join(folder, file), 'utf8').match(/\bbearmq_\w+/g) ?? [];
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !rendered.has(name))).toEqual([]);
    await schema.rows('delete from {s}.pause');
  });
});

describe('bearmq metrics', () => {
  it('serves them until it is told to stop', async () => {
    let stop = (): void => {};
    let url: string | undefined;
    const served = callOn(schema, ['metrics', '--port', '0'], {
      onStart: (it) => (stop = it),
      onError: (text) => {
        url ??= /serving (\S+)/.exec(text)?.[1];
      },
    });
    const address = await until('it listens', () => url);
    const response = await fetch(address);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('# TYPE bearmq_jobs_started_total counter');
    expect((await fetch(new URL('/', address))).status).toBe(404);
    stop();
    expect((await served).exitCode).toBe(0);
  });

  it('ends at once where there is no schema', async () => {
    expect((await callOn({ ...schema, name: 'not there' }, ['metrics', '--port', '0'])).exitCode).toBe(4);
  });
});
