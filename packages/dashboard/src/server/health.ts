import type { Health, Source } from '../options.ts';
import type { Cache } from './cache.ts';

/** The doctor looks at much: what he found stands for so many seconds. */
const KEPT_SECS = 10;

/** `undefined` where the context cannot tell. */
export async function healthOf({ context }: Source, cache: Cache): Promise<Health | undefined> {
  if (context.health === undefined) return undefined;
  return await cache.get('health', KEPT_SECS, async () => await context.health?.());
}
