import { type InstrumentOptions, instrument } from '@bearmq/otel';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context as active, propagation, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { type Context, fromPg, JobSnooze } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  active.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
});

afterEach(() => exporter.reset());

const spansOf = (kind: SpanKind): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().filter((span) => span.kind === kind);

/** Two contexts, as of two processes: what goes from the one to the other goes through the database. */
function newPair(options: InstrumentOptions = {}): { readonly web: Context; readonly worker: Context } {
  const [web, worker] = [schema.context(), schema.context()];
  instrument(web, options);
  instrument(worker, options);
  return { web, worker };
}

async function withinSpan<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly request: SpanContext }> {
  const span = provider.getTracer('test').startSpan('request');
  const result = await active.with(trace.setSpan(active.active(), span), act);
  span.end();
  return { result, request: span.spanContext() };
}

describe('the spans of a job', () => {
  it('are linked through the database: the run has a trace of its own, and a link to the enqueue', async () => {
    const { web, worker } = newPair();
    const events = logEvents(worker);
    const { definition } = await notedJob<{ secret: string }>(web, 'LINKED');
    await notedJob(worker, 'LINKED');
    daemons.worker(worker);
    const { result: jobId, request } = await withinSpan(() => definition.enqueue({ secret: 'not to be told' }));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const [send] = spansOf(SpanKind.PRODUCER);
    const [run] = spansOf(SpanKind.CONSUMER);
    expect(send).toMatchObject({ name: 'send DEFAULT', parentSpanContext: { spanId: request.spanId } });
    expect(send?.attributes).toMatchObject({
      'messaging.system': 'bearmq',
      'messaging.operation.name': 'send',
      'messaging.destination.name': 'DEFAULT',
      'messaging.message.id': jobId,
      'bearmq.job.name': 'LINKED',
    });
    expect(run).toMatchObject({ name: 'process DEFAULT', parentSpanContext: undefined });
    expect(run?.links.map(({ context }) => context.spanId)).toEqual([send?.spanContext().spanId]);
    expect(run?.spanContext().traceId).not.toBe(request.traceId);
    expect(run?.attributes).toMatchObject({ 'bearmq.job.attempt': 1, 'messaging.message.id': jobId });
    expect(JSON.stringify([send?.attributes, run?.attributes])).not.toContain('not to be told');
  });

  it('are one trace with process: parent', async () => {
    const { web, worker } = newPair({ process: 'parent', spanName: 'job' });
    const events = logEvents(worker);
    const { definition } = await notedJob(web, 'CHILD');
    await notedJob(worker, 'CHILD');
    daemons.worker(worker);
    const { result: jobId, request } = await withinSpan(() => definition.enqueue(null));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    const [run] = spansOf(SpanKind.CONSUMER);
    expect(run?.name).toBe('process CHILD');
    expect(run?.spanContext().traceId).toBe(request.traceId);
    expect(run?.parentSpanContext?.spanId).toBe(spansOf(SpanKind.PRODUCER)[0]?.spanContext().spanId);
  });

  it('are one for a call of enqueueMany, and one for each run, all linked to it', async () => {
    const { web } = newPair();
    const events = logEvents(web);
    const { definition } = await notedJob<null>(web, 'MANY');
    daemons.worker(web, { concurrency: 50 });
    await definition.enqueueMany(Array.from({ length: 200 }, () => ({})));
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 200 });
    const sends = spansOf(SpanKind.PRODUCER);
    expect(sends.map(({ attributes }) => attributes['messaging.batch.message_count'])).toEqual([200]);
    const runs = spansOf(SpanKind.CONSUMER);
    expect(runs).toHaveLength(200);
    const linked = new Set(runs.flatMap(({ links }) => links.map(({ context }) => context.spanId)));
    expect([...linked]).toEqual([sends[0]?.spanContext().spanId]);
  });

  it('are one for each attempt, none a child of another; what it throws is recorded, and a snooze is no error', async () => {
    const { web } = newPair();
    const events = logEvents(web);
    const { definition } = await notedJob(web, 'ATTEMPTS', (_payload, { attempt }) => {
      if (attempt === 1) throw new TypeError('first');
      if (attempt === 2 && spansOf(SpanKind.CONSUMER).length === 1) throw new JobSnooze(0);
    });
    daemons.worker(web);
    await definition.enqueue(null, { numAttempts: 2, timeoutSecs: 0 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    const [failed, snoozed, done] = spansOf(SpanKind.CONSUMER);
    expect(failed).toMatchObject({ status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': 'TypeError' } });
    expect(failed?.events.map(({ name }) => name)).toEqual(['exception']);
    expect(snoozed).toMatchObject({ status: { code: SpanStatusCode.UNSET }, events: [{ name: 'snoozed' }] });
    expect(done?.status.code).toBe(SpanStatusCode.UNSET);
    const traces = [failed, snoozed, done].map((span) => span?.spanContext().traceId);
    expect(new Set(traces).size).toBe(3);
  });

  it('tell of an enqueue in a transaction that is rolled back, and of one that is refused', async () => {
    const { web } = newPair();
    const { definition } = await notedJob(web, 'ROLLED_BACK');
    const client = await schema.pool.connect();
    await client.query('begin');
    const jobId = await definition.enqueue(null, { tx: fromPg(client) });
    await client.query('rollback');
    client.release();
    expect(spansOf(SpanKind.PRODUCER)[0]?.attributes['messaging.message.id']).toBe(jobId);
    expect(await schema.value('select count(*)::int from {s}.job where id = $1', [jobId])).toBe(0);
  });

  it('are no part of whoever made the Worker', async () => {
    const { web } = newPair();
    const events = logEvents(web);
    const { definition } = await notedJob(web, 'APART');
    const { request } = await withinSpan(async () => daemons.worker(web));
    const jobId = await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(spansOf(SpanKind.CONSUMER)[0]?.spanContext().traceId).not.toBe(request.traceId);
  });

  it('are not made any more once it is ended', async () => {
    const context = schema.context();
    const stop = instrument(context);
    const { definition } = await notedJob(context, 'ENDED');
    stop();
    await definition.enqueue(null);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('leave headers alone that are not named', async () => {
    const { web } = newPair({ headers: ['traceparent'] });
    const { definition } = await notedJob(web, 'HEADERS');
    const jobId = await definition.enqueue(null, { headers: { tenant: 'acme' } });
    const extras = JSON.parse(String(await schema.value('select extras::text from {s}.job where id = $1', [jobId])));
    expect(Object.keys(extras.headers).sort()).toEqual(['tenant', 'traceparent']);
  });

  it('refuses options that make no sense', () => {
    expect(() => instrument({} as never)).toThrow('instrument.context must be a Context of bearmq');
    expect(() => instrument(schema.context(), { process: 'child' } as never)).toThrow(
      'instrument.process must be one of',
    );
  });
});

describe('the metrics of a process', () => {
  it('count what is sent and run, and how it ends', async () => {
    const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const context = schema.context();
    instrument(context, { meterProvider });
    const events = logEvents(context);
    const { definition } = await notedJob<number>(context, 'METERED', (n, { attempt }) => {
      if (n === 0 || (n === 1 && attempt === 1)) throw new Error('no');
    });
    const worker = daemons.worker(context);
    await definition.enqueueMany([{ payload: 0 }, { payload: 1, numAttempts: 2, timeoutSecs: 0 }, { payload: 2 }]);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    await events.waitFor('WORKER_JOB_EXPIRE');
    await worker.stop();
    await meterProvider.forceFlush();
    const found = new Map(
      metrics
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
        .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints as readonly DataPoint[]]),
    );
    const totalOf = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      (found.get(name) ?? [])
        .filter(({ attributes }) => Object.entries(labels).every(([key, value]) => attributes[key] === value))
        .reduce((sum, { value }) => sum + (typeof value === 'number' ? value : value.count), 0);
    expect(totalOf('messaging.client.sent.messages')).toBe(3);
    expect(totalOf('messaging.client.consumed.messages', { 'bearmq.job.name': 'METERED' })).toBe(4);
    expect(totalOf('messaging.process.duration', { 'error.type': 'Error' })).toBe(2);
    expect(totalOf('bearmq.job.wait.duration')).toBe(4);
    const outcomes = ['succeeded', 'failed', 'retried'].map((outcome) =>
      totalOf('bearmq.job.outcomes', { 'bearmq.job.outcome': outcome }),
    );
    expect(outcomes).toEqual([2, 1, 1]);
    await meterProvider.shutdown();
  });
});

interface DataPoint {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly value: number | { readonly count: number };
}
