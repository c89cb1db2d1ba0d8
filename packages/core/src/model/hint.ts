import type { ToldJob } from './told-job.ts';

/** What a notification says: who sent it, and which job it is about, where it is about one. */
export interface Hint {
  readonly senderId: string;
  readonly told: ToldJob | null;
}

/**
 * At most some 3,200 bytes: names and channels have limits, JSON writes at most six characters for one of theirs, and a
 * notification may have 7,999.
 */
export function encodeHint({ senderId, told }: Hint): string {
  return told === null ? senderId : `${senderId} ${JSON.stringify([told.id, told.channel, told.name])}`;
}

/** Whatever else is sent on the channel, by whomever, says no more than that there may be work. */
export function decodeHint(payload: string): Hint {
  const space = payload.indexOf(' ');
  if (space < 0) return { senderId: payload, told: null };
  return { senderId: payload.slice(0, space), told: toldIn(payload.slice(space + 1)) };
}

function toldIn(text: string): ToldJob | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null; // not ours
  }
  if (!Array.isArray(said) || said.length !== 3) return null;
  const [id, channel, name]: unknown[] = said;
  if (typeof id !== 'string' || !UUID.test(id) || typeof channel !== 'string' || typeof name !== 'string') return null;
  return { id, channel, name };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
