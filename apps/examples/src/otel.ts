import { instrument } from '@bearmq/otel';
import { propagation, trace } from '@opentelemetry/api';
import { BasicTracerProvider, ConsoleSpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { JobDefinition, Worker } from 'bearmq';
import { context } from './context.ts';
import { stopOnSignal } from './stop-on-signal.ts';

trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] }),
);
propagation.setGlobalPropagator({
  inject: (active, carrier, { set }) => {
    const { traceId = '', spanId = '' } = trace.getSpanContext(active) ?? {};
    set(carrier, 'traceparent', `00-${traceId}-${spanId}-01`);
  },
  extract: (active, carrier, { get }) => {
    const [, traceId = '', spanId = ''] = String(get(carrier, 'traceparent')).split('-');
    return trace.setSpanContext(active, { traceId, spanId, traceFlags: 1, isRemote: true });
  },
  fields: () => ['traceparent'],
});

// #region otel
const stopTracing = instrument(context, { spanName: 'job' });
// #endregion otel

const traced = new JobDefinition({ context, name: 'TRACED', workFunction: () => {} });
await traced.register();
stopOnSignal([new Worker({ context }), { stop: async () => stopTracing() }]);
await traced.enqueue();
