import { context, createContextKey } from '@opentelemetry/api';

/** By which the SDK, and all that instruments with it, is told to make no spans; a key of the same name is the same. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Around a pass in the background: nothing in it is traced. */
export function untraced(_task: string, next: () => Promise<void>): Promise<void> {
  return context.with(context.active().setValue(SUPPRESSED, true), next);
}
