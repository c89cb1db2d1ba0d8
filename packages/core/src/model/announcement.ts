import type { AnnouncedJob } from './announced-job.ts';
import { MAX_NAME_BYTES } from './limits.ts';

/** What a notification says: who sent it, and which job it is about, where it is about one. */
export interface Announcement {
  readonly senderId: string;
  readonly announced: AnnouncedJob | null;
}

/**
 * At most some 3,200 bytes: names and channels have limits, JSON writes at most six characters for one of theirs, and a
 * notification may have 7,999.
 */
export function encodeAnnouncement({ senderId, announced }: Announcement): string {
  return announced === null
    ? senderId
    : `${senderId} ${JSON.stringify([announced.id, announced.channel, announced.name])}`;
}

/**
 * `null` for whatever else is sent on the channel, by whomever: it says no more than that there may be work. Anybody who
 * may connect may send anything, so nothing of it goes to the server that could not be the name of a job.
 */
export function decodeAnnouncement(payload: string): Announcement | null {
  const space = payload.indexOf(' ');
  const senderId = space < 0 ? payload : payload.slice(0, space);
  if (senderId !== '' && !UUID.test(senderId)) return null;
  if (space < 0) return { senderId, announced: null };
  const announced = announcedIn(payload.slice(space + 1));
  return announced === null ? null : { senderId, announced };
}

function announcedIn(text: string): AnnouncedJob | null {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    return null; // not ours
  }
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
