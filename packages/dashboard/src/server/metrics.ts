import { createMetrics, type Metrics } from '@bearmq/prometheus';
import type { Granted } from '../access.ts';
import type { Source } from '../options.ts';
import type { Cache } from './cache.ts';
import { Refusal } from './refusal.ts';

const made = new WeakMap<Source, Metrics>();

/** The figures for Prometheus, which are of all channels. */
export async function metricsOf(source: Source, cache: Cache, { channels }: Granted): Promise<Response> {
  if (channels !== null) {
    throw new Refusal(403, 'CHANNELS_ONLY', 'your access is to the jobs of some channels, and the metrics are of all');
  }
  const metrics = made.get(source) ?? createMetrics({ context: source.context });
  made.set(source, metrics);
  const text = await cache.get('metrics', 1, async () => await metrics.render());
  return new Response(text, { headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' } });
}
