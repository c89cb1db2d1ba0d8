import type { JobDraft, JobMetadata } from '@bearmq/core';
import {
  context as active,
  type Context,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { ATTRIBUTES, errorTypeOf, processAttributes, sendAttributes } from './attributes.ts';
import type { Carrier } from './carrier.ts';
import type { ProcessMetrics } from './process-metrics.ts';
import { isSnooze, type Thrown } from './snooze.ts';

export interface SpansOptions {
  readonly tracer: () => Tracer;
  readonly carrier: Carrier;
  readonly schema: string;
  readonly hangsBy: 'link' | 'parent';
  readonly spanName: 'channel' | 'job';
  readonly metrics: ProcessMetrics | undefined;
}

/** The spans around what is enqueued and what is run. */
export class Spans {
  readonly #options: SpansOptions;

  constructor(options: SpansOptions) {
    this.#options = options;
  }

  /** One for a call, however many jobs it enqueues. What is enqueued in the background is no part of what is under way. */
  async send(jobs: readonly JobDraft[], next: () => Promise<void>): Promise<void> {
    const { tracer, carrier, schema, metrics } = this.#options;
    const attributes = sendAttributes(jobs, schema);
    const around = jobs[0]?.origin === 'enqueue' ? active.active() : ROOT_CONTEXT;
    const span = tracer().startSpan(this.#nameOf('send', attributes), { kind: SpanKind.PRODUCER, attributes }, around);
    const within = trace.setSpan(around, span);
    const headers = Object.entries(carrier.inject(within));
    for (const job of jobs) for (const [name, value] of headers) job.headers[name] ??= value;
    const began = performance.now();
    const error = await ended(span, () => active.with(within, next));
    metrics?.sent(jobs, attributes, (performance.now() - began) / 1000, error);
    if (error !== undefined) throw error.thrown;
  }

  /** One for each attempt. */
  async process(metadata: JobMetadata, next: () => Promise<unknown>): Promise<unknown> {
    const { tracer, carrier, schema, hangsBy, metrics } = this.#options;
    const attributes = processAttributes(metadata, schema);
    const sent = carrier.extract(metadata.headers);
    const ambient = active.active();
    const [parent, other] =
      hangsBy === 'parent' ? [withBaggage(sent, sent), ambient] : [withBaggage(ambient, sent), sent];
    const span = tracer().startSpan(
      this.#nameOf('process', attributes),
      { kind: SpanKind.CONSUMER, attributes, links: linksTo(other) },
      parent,
    );
    const began = performance.now();
    let result: unknown;
    const error = await ended(span, async () => {
      result = await active.with(trace.setSpan(parent, span), next);
    });
    metrics?.processed(attributes, (performance.now() - began) / 1000, error);
    if (error !== undefined) throw error.thrown;
    return result;
  }

  #nameOf(operation: string, attributes: Readonly<Record<string, unknown>>): string {
    const { spanName } = this.#options;
    const target = attributes[spanName === 'channel' ? ATTRIBUTES.destination : ATTRIBUTES.jobName];
    return typeof target === 'string' ? `${operation} ${target}` : operation;
  }
}

/** Ends the span with what becomes of the act. A job that puts itself off has not failed. */
async function ended(span: Span, act: () => Promise<unknown>): Promise<Thrown | undefined> {
  try {
    await act();
    return undefined;
  } catch (thrown) {
    if (isSnooze(thrown)) span.addEvent('snoozed');
    else {
      span.recordException(thrown instanceof Error ? thrown : String(thrown));
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.setAttribute(ATTRIBUTES.errorType, errorTypeOf(thrown));
    }
    return { thrown };
  } finally {
    span.end();
  }
}

function linksTo(context: Context): Link[] {
  const spanContext = trace.getSpanContext(context);
  return spanContext === undefined ? [] : [{ context: spanContext }];
}

/** Baggage is there only if its header was named. */
function withBaggage(context: Context, from: Context): Context {
  const baggage = propagation.getBaggage(from);
  return baggage === undefined ? context : propagation.setBaggage(context, baggage);
}
