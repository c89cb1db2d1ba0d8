import type { ErrorAnswer } from '../api-types.ts';
import type { Refusal } from './refusal.ts';
import { TextAnswer } from './route.ts';

/** An answer as it goes out, with a tag of its content. */
export interface Body {
  readonly type: string;
  readonly text: string;
  readonly etag: string;
}

export async function bodyOf(answer: object): Promise<Body> {
  const isText = answer instanceof TextAnswer;
  const text = isText ? answer.text : JSON.stringify(answer);
  const type = isText ? answer.type : 'application/json; charset=utf-8';
  return { type, text, etag: `"${await digestOf(text)}"` };
}

/** The first half of a SHA-256, in hexadecimal digits. */
export async function digestOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const HEADERS = { 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' };

/** 304 where the client has it. */
export function replyWith({ type, text, etag }: Body, request: Request): Response {
  const tags = request.headers.get('if-none-match')?.split(',') ?? [];
  if (tags.some((tag) => tag.trim().replace(/^W\//, '') === etag)) {
    return new Response(null, { status: 304, headers: { ...HEADERS, etag } });
  }
  return new Response(text, { headers: { ...HEADERS, etag, 'content-type': type } });
}

export function replyOnce(answer: object, status: number): Response {
  return Response.json(answer, { status, headers: { ...HEADERS, 'cache-control': 'no-store' } });
}

export function refusalAnswer({ status, code, message }: Refusal): Response {
  return replyOnce({ error: { code, message } } satisfies ErrorAnswer, status);
}
