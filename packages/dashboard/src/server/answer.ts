import type { JobRecord } from '@bearmq/core';
import type { Action } from '../actions.ts';
import { refuseForeign } from './csrf.ts';
import { badRequest, Refusal } from './refusal.ts';
import { bodyOf, replyOnce, replyWith } from './replies.ts';
import type { Call, Route } from './route.ts';

/** How long an answer stands for others who ask the same, in seconds. */
const KEPT_SECS = 1;

/** The longest answer that is kept, in characters: what is kept stays in memory until something else is asked. */
const MAX_KEPT = 1024 * 1024;

/** The longest body of a request, in characters: a payload of 1 MiB fits, whatever is escaped in it. */
const MAX_BODY = 8 * 1024 * 1024;

/** @throws Refusal for what may not be done, or makes no sense. */
export async function answerTo(
  route: Route,
  request: Request,
  given: Omit<Call, 'query' | 'body' | 'shown'>,
): Promise<Response> {
  const { granted, settings, source, cache } = given;
  const { redact } = settings;
  const shown = (job: JobRecord): JobRecord => (redact === undefined ? job : redact(job));
  const url = new URL(request.url);
  if (granted.channels !== null && route.channels === 'refused') {
    throw new Refusal(403, 'CHANNELS_ONLY', 'your access is to the jobs of some channels, and this is about all');
  }
  if (route.method === 'GET') {
    refuseUnknown(url.searchParams, route);
    const key = JSON.stringify([granted, route.path, given.params, url.search]);
    const call: Call = { ...given, query: url.searchParams, body: {}, shown };
    const ask = async () => await bodyOf(await route.handle(call));
    return replyWith(await cache.get(key, ({ text }) => (text.length > MAX_KEPT ? 0 : KEPT_SECS), ask), request);
  }
  refuseForeign(request);
  const body = await bodyIn(request);
  const action = route.action === 'by-body' ? (body['action'] as Action) : route.action;
  if (action === undefined || !granted.allow.includes(action)) {
    throw new Refusal(
      403,
      'NOT_ALLOWED',
      `you may not do that: it takes the right to ${JSON.stringify(action ?? null)}`,
    );
  }
  const result = await route.handle({ ...given, query: url.searchParams, body, shown });
  if (route.isPreview !== true) {
    cache.clear();
    const { actor } = granted;
    const path = pathOf(route, given.params);
    settings.onAction?.({ at: new Date(), actor, action, source: source.label, path, body, result });
  }
  return replyOnce(result, route.status ?? 200);
}

function refuseUnknown(query: URLSearchParams, { path, takes = [] }: Route): void {
  for (const name of query.keys()) {
    if (takes.includes(name)) continue;
    const known = takes.length === 0 ? 'takes none' : `takes ${takes.join(', ')}`;
    throw badRequest(`${name}: is no parameter of ${path}, which ${known}`);
  }
}

async function bodyIn(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const text = await request.text();
  if (text.length > MAX_BODY) throw new Refusal(413, 'TOO_LARGE', `the body has more than ${MAX_BODY} characters`);
  let body: unknown;
  try {
    body = text === '' ? {} : JSON.parse(text);
  } catch {
    throw badRequest('the body is no JSON');
  }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw badRequest('the body must be a JSON object');
}

function pathOf({ path }: Route, params: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (whole, name: string) =>
    name in params ? encodeURIComponent(params[name] ?? '') : whole,
  );
}
