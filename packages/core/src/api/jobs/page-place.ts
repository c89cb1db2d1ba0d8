import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import type { JobPlace } from '../../statements/find-jobs.ts';

/** Where a page of jobs ended: in which table, and at which row; `start`: before its first. */
export interface PagePlace {
  readonly part: 'unfinished' | 'over';
  readonly place: JobPlace | null;
}

/** As users are handed it: a text that means nothing to them. */
export function encodePlace({ part, place }: PagePlace): string {
  const parts = [part === 'over' ? 'o' : 'u', place?.id ?? null, place?.finalizedMicros ?? null];
  return btoa(JSON.stringify(parts)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws InvalidOptionError for what no page ended with. */
export function decodePlace(owner: string, text: string): PagePlace {
  const [part, id, micros] = listIn(text);
  const isPart = part === 'o' || part === 'u';
  const isPlace = id === null ? micros === null : isUuid(id) && (part === 'o' ? isWhole(micros) : micros === null);
  if (!isPart || !isPlace) {
    throw new InvalidOptionError(`${owner}.after`, `must be the next of a page before, got ${describe(text)}`);
  }
  const place = id === null ? null : { id: id as string, finalizedMicros: micros as string | null };
  return { part: part === 'o' ? 'over' : 'unfinished', place };
}

function listIn(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(atob(text.replaceAll('-', '+').replaceAll('_', '/')));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isUuid(said: unknown): boolean {
  return typeof said === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(said);
}

/** Within what a moment can be. */
function isWhole(said: unknown): boolean {
  return typeof said === 'string' && /^(\d{1,18}|-\d{1,17})$/.test(said);
}
