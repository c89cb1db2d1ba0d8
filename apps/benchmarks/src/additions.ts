import { instrument } from '@bearmq/otel';
import { context as active, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Context, ContextOptions } from 'bearmq';

/** What a drain has or has not. */
export interface Addition {
  /** Settings of the context with it. */
  readonly settings?: Partial<ContextOptions>;
  /** And without it. */
  readonly without: Partial<ContextOptions>;
  /** Attaches it, and returns how it is taken away. */
  attach?(context: Context): () => void | Promise<void>;
}

export const additions: ReadonlyMap<string, Addition> = new Map([
  ['stats', { without: { statsSecs: 0 } }],
  // As a program without an SDK has it: the API does nothing.
  ['otel-idle', { without: {}, attach: (context: Context) => instrument(context) }],
  ['otel', { without: {}, attach: withSdk }],
]);

/** Every span is made, sampled, batched and exported, to memory that is emptied, and every metric is recorded. */
function withSdk(context: Context): () => Promise<void> {
  const exporter = new InMemorySpanExporter();
  const emptied = setInterval(() => exporter.reset(), 100);
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter, { maxQueueSize: 1_000_000, scheduledDelayMillis: 100 })],
  });
  const meterProvider = new MeterProvider();
  active.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const stop = instrument(context, { tracerProvider, meterProvider });
  return async () => {
    stop();
    await tracerProvider.shutdown();
    await meterProvider.shutdown();
    clearInterval(emptied);
    active.disable();
    propagation.disable();
    trace.disable();
  };
}
