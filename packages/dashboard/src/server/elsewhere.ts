import type { JobRecord } from '@bearmq/core';
import type { JobAnswer } from '../api-types.ts';
import type { Settings } from '../options.ts';

/** The pages about a job elsewhere, as `links` says. */
export function linksOf(job: JobRecord, { links }: Pick<Settings, 'links'>): JobAnswer['links'] {
  return links.map(({ label, href }) => ({ label, href: addressIn('links', href(job)) }));
}

/** Version, trace, span, flags; what a later version puts behind them is of no concern here. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-|$)/;

/** The trace of a job, as `traceUrl` says; a header that is none leads nowhere. */
export function traceOf(job: JobRecord, { traceUrl }: Pick<Settings, 'traceUrl'>): JobAnswer['trace'] {
  const traceparent = job.headers['traceparent'] ?? '';
  const [, traceId, spanId] = TRACEPARENT.exec(traceparent) ?? [];
  if (traceUrl === undefined || traceId === undefined || spanId === undefined) return null;
  const href =
    typeof traceUrl === 'string'
      ? traceUrl.replaceAll('{traceId}', traceId).replaceAll('{spanId}', spanId)
      : traceUrl({ traceId, spanId, traceparent });
  return { id: traceId, href: addressIn('traceUrl', href) };
}

/** They would run as the page's own, where a browser lets them. */
const SCRIPTS = ['javascript:', 'vbscript:', 'data:'];

/** @throws TypeError, which rejects the request, for what is no address, or is one that runs. */
function addressIn(option: string, href: unknown): string {
  const base = 'https://here.invalid/';
  const url = typeof href === 'string' && URL.canParse(href, base) ? new URL(href, base) : null;
  if (url !== null && !SCRIPTS.includes(url.protocol)) return href as string;
  throw new TypeError(`${option} of the dashboard must return the address of a page, got ${JSON.stringify(href)}`);
}
