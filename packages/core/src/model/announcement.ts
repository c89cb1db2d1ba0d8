import type { AnnouncedJob } from './announced-job.ts';
import { MAX_NAME_BYTES } from './limits.ts';

/** What a notification says: who sent it, and which job it is about, where it is about one. */
export interface Announcement {
  readonly senderId: string;
  readonly announced: AnnouncedJob | null;
  /** These jobs run, and somebody wants them cancelled. Whoever holds one asks the database whether that is so. */
  readonly cancelled?: readonly string[];
  /** These jobs are over, and somebody waits for that. Whoever does asks the database how they have ended. */
  readonly over?: readonly string[];
  /** Jobs may be ready anywhere, also where there were none: something was resumed. */
  readonly isAnywhere?: true;
}

/** The most jobs that one announcement of cancels, or of ends, names: a notification may have 7,999 bytes. */
export const MAX_IDS_ANNOUNCED = 150;

/**
 * At most some 3,200 bytes: names and channels have limits, JSON writes at most six characters for one of theirs, and a
 * notification may have 7,999.
 */
export function encodeAnnouncement({ senderId, announced, cancelled, over, isAnywhere }: Announcement): string {
  if (isAnywhere === true) return `${senderId} ${ANYWHERE}`;
  if (cancelled !== undefined) return `${senderId} ${JSON.stringify({ cancel: cancelled })}`;
  if (over !== undefined) return `${senderId} ${JSON.stringify({ over })}`;
  return announced === null
    ? senderId
    : `${senderId} ${JSON.stringify([announced.id, announced.channel, announced.name])}`;
}

/**
 * `null` for any other payload: it is read as a plain "there may be work". Whoever may connect may send anything, so
 * nothing goes on to the server that could not be the name of a job.
 */
export function decodeAnnouncement(payload: string): Announcement | null {
  const space = payload.indexOf(' ');
  const senderId = space < 0 ? payload : payload.slice(0, space);
  if (senderId !== '' && !UUID.test(senderId)) return null;
  if (space < 0) return { senderId, announced: null };
  if (payload.slice(space + 1) === ANYWHERE) return { senderId, announced: null, isAnywhere: true };
  const said = jsonIn(payload.slice(space + 1));
  const { cancel, over } = (said ?? {}) as { readonly cancel?: unknown; readonly over?: unknown };
  if (areIds(cancel)) return { senderId, announced: null, cancelled: cancel };
  if (areIds(over)) return { senderId, announced: null, over };
  const announced = announcedIn(said);
  return announced === null ? null : { senderId, announced };
}

const ANYWHERE = '{"anywhere":1}';

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not ours
  }
}

function areIds(said: unknown): said is readonly string[] {
  return Array.isArray(said) && said.every((id) => typeof id === 'string' && UUID.test(id));
}

function announcedIn(said: unknown): AnnouncedJob | null {
  if (!Array.isArray(said) || said.length !== 3) return null;
  const [id, channel, name]: unknown[] = said;
  return typeof id === 'string' && UUID.test(id) && isName(channel) && isName(name) ? { id, channel, name } : null;
}

/** Whether a job may be called so: what `enqueue` would refuse, the server cannot store, or even be asked for. */
function isName(said: unknown): said is string {
  if (typeof said !== 'string' || said === '' || said.includes('\0') || !said.isWellFormed()) return false;
  return new TextEncoder().encode(said).length <= MAX_NAME_BYTES;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
