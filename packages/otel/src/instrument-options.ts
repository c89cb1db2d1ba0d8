import { checkOptions, hasMethods, oneOf, withDefaults } from '@bearmq/core/driver';
import type { MeterProvider, TextMapPropagator, TracerProvider } from '@opentelemetry/api';

/** The options of {@link instrument}. */
export interface InstrumentOptions {
  /** Makes the spans. @defaultValue the global one, asked at each use: an SDK that is started later counts */
  readonly tracerProvider?: TracerProvider;
  /** Makes the metrics. @defaultValue the global one, as it is when `instrument` is called */
  readonly meterProvider?: MeterProvider;
  /** Puts the context into headers, and takes it out. @defaultValue the global one */
  readonly propagator?: TextMapPropagator;
  /**
   * How the span of a run hangs together with that of its enqueue: a `link`, so that the trace of a job that is delayed,
   * repeated or tried again for days is one of its own; or as its `parent`, in one trace.
   *
   * @defaultValue `link`
   */
  readonly process?: 'link' | 'parent';
  /**
   * Which headers carry the context. `baggage` may hold personal data, and is stored with the job: name it if you want it.
   *
   * @defaultValue `['traceparent', 'tracestate']`
   */
  readonly headers?: readonly string[];
  /**
   * What a span is called after: the `channel` (`process DEFAULT`), of which there are few, as the conventions have it; or
   * the `job` (`process SEND_MAIL`).
   *
   * @defaultValue `channel`
   */
  readonly spanName?: 'channel' | 'job';
  /**
   * What becomes of spans that others make of the statements that Workers and orchestrators send in the background, as the
   * instrumentation of `pg` does: claims, renewals, clean-up. `suppress`: there are none, for each would be a trace of its
   * own, some thirty a minute while nothing happens; `trace`: they are recorded.
   *
   * @defaultValue `suppress`
   */
  readonly background?: 'suppress' | 'trace';
  /**
   * Whether the process's metrics are recorded.
   *
   * @defaultValue `process`
   */
  readonly metrics?: 'process' | 'off';
}

export const INSTRUMENT_DEFAULTS = {
  process: 'link',
  headers: ['traceparent', 'tracestate'],
  spanName: 'channel',
  background: 'suppress',
  metrics: 'process',
} as const;

type Defaulted = 'process' | 'headers' | 'spanName' | 'background' | 'metrics';
export type ResolvedOptions = Omit<InstrumentOptions, Defaulted> & Required<Pick<InstrumentOptions, Defaulted>>;

/** @throws InvalidOptionError for an option that is unknown, or of the wrong type. */
export function resolveInstrumentOptions(options: InstrumentOptions): ResolvedOptions {
  return withDefaults(INSTRUMENT_DEFAULTS, checkOptions('instrument', options, checks));
}

const checks = {
  tracerProvider: hasMethods(['getTracer'], 'must be a TracerProvider'),
  meterProvider: hasMethods(['getMeter'], 'must be a MeterProvider'),
  propagator: hasMethods(['inject', 'extract'], 'must be a TextMapPropagator'),
  process: oneOf('link', 'parent'),
  headers: (value: unknown) =>
    Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '')
      ? undefined
      : 'must be a list of names of headers',
  spanName: oneOf('channel', 'job'),
  background: oneOf('suppress', 'trace'),
  metrics: oneOf('process', 'off'),
};
