import type { Driver } from '@bearmq/core/driver';
import { type InstrumentOptions, instrument } from '@bearmq/otel';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { context as active, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Context } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();
const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

beforeAll(() => {
  active.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
});

afterEach(() => exporter.reset());

const spanNames = (): readonly string[] => exporter.getFinishedSpans().map(({ name }) => name);

/** A context whose driver has a span for each statement, as the instrumentation of a client makes them. */
function traced(options: InstrumentOptions): { readonly context: Context; readonly sent: string[] } {
  const inner = schema.driver();
  const sent: string[] = [];
  const driver: Driver = Object.create(inner, {
    run: {
      value: async (statement: Parameters<Driver['run']>[0]) => {
        sent.push(statement.name ?? '');
        const span = provider.getTracer('client').startSpan(`query ${statement.name}`);
        try {
          return await inner.run(statement);
        } finally {
          span.end();
        }
      },
    },
  });
  const context = schema.context({}, { driver });
  instrument(context, options);
  return { context, sent };
}

describe('statements in the background', () => {
  it('have no spans, however they are traced, while those of a job and of an enqueue do', async () => {
    const { context, sent } = traced({});
    const { definition } = await notedJob(context, 'TRACED', async () => {
      provider.getTracer('client').startSpan('query of the job').end();
    });
    const events = logEvents(context);
    daemons.worker(context);
    daemons.orchestrator(context);
    await definition.enqueue(null);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS');
    await until('the orchestrator has looked', () => sent.some((name) => name.includes('prune')));
    expect(sent.length).toBeGreaterThan(5);
    const queries = spanNames().filter((name) => name.startsWith('query'));
    expect(queries).toContain('query of the job');
    // Those that are sent for whoever called: the register looks at the schema, the enqueue enqueues.
    expect(queries.filter((name) => !/of the job|read_schema_version|enqueue/.test(name))).toEqual([]);
    expect(spanNames()).toEqual(expect.arrayContaining(['send DEFAULT', 'process DEFAULT']));
  });

  it('have them where that is wanted', async () => {
    const { context } = traced({ background: 'trace' });
    daemons.worker(context);
    await notedJob(context, 'POLLED');
    await until('a statement is traced', () => spanNames().some((name) => name.startsWith('query')));
  });
});
