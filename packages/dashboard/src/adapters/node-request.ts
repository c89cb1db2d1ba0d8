import type { IncomingMessage } from 'node:http';

/** What a framework knows of a request that Node.js does not. */
export interface Known {
  /** The address before the framework took the mount away. */
  readonly url?: string | undefined;
  /** What a parser of bodies made of the body, where one ran before. */
  readonly body?: unknown;
}

/** A request of Node.js as one of the web. */
export async function requestOf(request: IncomingMessage, known: Known = {}): Promise<Request> {
  const { headers } = request;
  // There is no such request in the web's sense; like any other method it is not answered.
  const method = request.method === 'TRACE' ? 'OPTIONS' : (request.method ?? 'GET');
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // A pseudo-header of HTTP/2 is no header.
    if (value === undefined || name.startsWith(':')) continue;
    for (const one of typeof value === 'string' ? [value] : value) given.append(name, one);
  }
  const url = urlOf(request, known);
  if (method !== 'POST') return new Request(url, { method, headers: given });
  return new Request(url, { method, headers: given, body: await bodyOf(request, known) });
}

function urlOf({ url = '/', headers, socket }: IncomingMessage, known: Known): string {
  const scheme = 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http';
  const named = `${scheme}://${headers.host}`;
  const origin = URL.canParse(named) ? new URL(named).origin : `${scheme}://localhost`;
  const path = known.url ?? url;
  // One that begins with two slashes would name a host.
  if (path.startsWith('/')) return `${origin}${path.replace(/^\/+/, '/')}`;
  // Some clients send the whole address.
  return URL.canParse(path) ? `${origin}${new URL(path).pathname}` : `${origin}/`;
}

/** The longest body that is read, in bytes. What is longer is cut, and refused for that. */
const MAX_BODY = 32 * 1024 * 1024;

async function bodyOf(request: IncomingMessage, { body }: Known): Promise<string | Uint8Array<ArrayBuffer>> {
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return new Uint8Array(body);
  if (body !== undefined && request.readableEnded) return JSON.stringify(body);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) break;
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
