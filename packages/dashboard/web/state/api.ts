import { learnServerTime } from './clock.ts';

/** The path at which the dashboard is mounted, without a slash at its end. This file is built into a folder of it. */
export const mount: string = new URL('..', import.meta.url).pathname.replace(/\/$/, '');

/** Of several sources the one that the address names: `<mount>/@staging/jobs`. */
const source = /^\/@[^/]+/.exec(location.pathname.slice(mount.length))?.[0] ?? '';

/** What all addresses of pages and of the API begin with. */
export const base: string = `${mount}${source}`;

/** What the server answered in place of what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /** 0: nothing answered. */
  readonly status: number;
  readonly code: string;
  readonly remedy: string | null;

  constructor(status: number, code: string, message: string, remedy: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
  }
}

interface Kept {
  readonly etag: string;
  readonly data: unknown;
}

const MAX_KEPT = 200;
const kept = new Map<string, Kept>();

/** Asks for a resource of the API. What has not changed since is not sent again, and is the same object. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const url = `${base}/api/v1/${path}`;
  const known = kept.get(url);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (known !== undefined) headers['if-none-match'] = known.etag;
  const response = await send(url, { headers, ...(signal === undefined ? {} : { signal }) });
  if (response.status === 304 && known !== undefined) return known.data as T;
  const data = await read(response);
  const etag = response.headers.get('etag');
  if (etag !== null) keep(url, { etag, data });
  return data as T;
}

/** Text as it is stored: a payload, or a result. */
export async function getText(path: string): Promise<string> {
  const response = await send(`${base}/api/v1/${path}`, {});
  if (!response.ok) await read(response);
  return await response.text();
}

/** Has the server do something. The header tells it that no form of another site sent this. */
export async function post<T>(path: string, body: object = {}): Promise<T> {
  const response = await send(`${base}/api/v1/${path}`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json', 'x-bearmq': '1' },
    body: JSON.stringify(body),
  });
  return (await read(response)) as T;
}

/** A query string of what is given; what is empty is left out, and of a list each one is sent. */
export function query(
  params: Readonly<Record<string, string | number | readonly string[] | null | undefined>>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    throw new ApiError(0, 'unreachable', 'The server does not answer.', null);
  }
}

async function read(response: Response): Promise<unknown> {
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  if (!isJson)
    throw new ApiError(response.status, 'not-json', `The server answered ${response.status}, not in JSON.`, null);
  const body: unknown = await response.json();
  if (!response.ok) throw errorIn(response.status, body);
  learnFrom(body);
  return body;
}

function errorIn(status: number, body: unknown): ApiError {
  const { error } = (body ?? {}) as { readonly error?: { code?: unknown; message?: unknown; remedy?: unknown } };
  const message = typeof error?.message === 'string' ? error.message : `The server answered ${status}.`;
  const remedy = typeof error?.remedy === 'string' ? error.remedy : null;
  return new ApiError(status, String(error?.code ?? status), message, remedy);
}

/** `now` in an answer is the moment at which the server wrote it, by the database's clock. */
function learnFrom(body: unknown): void {
  const now = (body as { readonly now?: unknown } | null)?.now;
  if (typeof now === 'string') learnServerTime(now);
}

function keep(url: string, one: Kept): void {
  kept.delete(url);
  kept.set(url, one);
  const oldest = kept.keys().next();
  if (kept.size > MAX_KEPT && oldest.done !== true) kept.delete(oldest.value);
}
