import type { Context as BearContext } from '@bearmq/core';
import { InvalidOptionError } from '@bearmq/core/driver';
import { metrics, trace } from '@opentelemetry/api';
import { Carrier } from './carrier.ts';
import { type InstrumentOptions, resolveInstrumentOptions } from './instrument-options.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { Spans } from './spans.ts';
import { untraced } from './untraced.ts';

export type { InstrumentOptions } from './instrument-options.ts';

const SCOPE = '@bearmq/otel';

/**
 * Traces what a context enqueues and runs in this process, and records metrics of it.
 *
 * A span of kind producer is around each call that enqueues, until its commit; one of kind consumer around each run, of each
 * attempt. The trace's context goes from the one to the other in the job's headers, so through the database and to whichever
 * process runs it; payloads are not touched. Spans and metrics hold no payloads. What the context sends in the background
 * has no spans, whoever else traces statements.
 *
 * @returns a function that ends it; what is under way keeps its span.
 * @throws InvalidOptionError for what is no Context, and an option that is unknown or of the wrong type.
 */
export function instrument(context: BearContext, options: InstrumentOptions = {}): () => void {
  if (typeof (context as Partial<BearContext> | null)?.use !== 'function') {
    throw new InvalidOptionError('instrument.context', 'must be a Context of bearmq');
  }
  const resolved = resolveInstrumentOptions(options);
  const { tracerProvider, meterProvider, propagator, headers } = resolved;
  const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE);
  const measured = resolved.metrics === 'off' ? undefined : new ProcessMetrics(meter);
  const spans = new Spans({
    tracer: () => (tracerProvider ?? trace).getTracer(SCOPE),
    carrier: new Carrier(headers, propagator),
    schema: context.schema,
    hangsBy: resolved.process,
    spanName: resolved.spanName,
    metrics: measured,
  });
  const remove = context.use({
    name: SCOPE,
    enqueue: (jobs, next) => spans.send(jobs, next),
    run: ({ metadata }, next) => spans.process(metadata, next),
    ...(resolved.background === 'suppress' ? { background: untraced } : {}),
  });
  const unsubscribe = measured === undefined ? () => {} : context.addEventHandler((event) => measured.note(event));
  return () => {
    remove();
    unsubscribe();
  };
}
