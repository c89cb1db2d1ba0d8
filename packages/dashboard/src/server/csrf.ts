import { Refusal } from './refusal.ts';

const SAME_SITE: readonly (string | null)[] = [null, 'same-origin', 'none'];

/**
 * A page of another site can make a browser send a request with our cookies, but none with this content type and this header
 * unless we allow it, which we never do. Nothing is compared with the `Host`, so a proxy may change it.
 *
 * @throws Refusal for what may come from elsewhere.
 */
export function refuseForeign({ headers }: Request): void {
  const type = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw foreign('the content-type must be application/json');
  if (headers.get('x-bearmq') !== '1') throw foreign('the header x-bearmq: 1 is missing');
  if (!SAME_SITE.includes(headers.get('sec-fetch-site'))) throw foreign('it comes from another site');
}

function foreign(message: string): Refusal {
  return new Refusal(403, 'CROSS_SITE', message);
}
