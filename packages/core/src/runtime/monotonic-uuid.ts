import { v7 as uuidv7 } from 'uuid';
import { unixMs } from './clock.ts';

const ID_BYTES = 16;

/** Random bytes for so many ids are drawn at once: a call for each id is half of what an id costs. */
const DRAWN_AT_ONCE = 256;

const random = new Uint8Array(ID_BYTES * DRAWN_AT_ONCE);
const numbers = new DataView(random.buffer);
let used = random.length;
let lastMs = -Infinity;
let counter = 0;

/**
 * A version 7 UUID (RFC 9562): made by the client, so that it is known before the insert. Those of one process rise,
 * also within a millisecond and when its clock is set back, which keeps an index that holds them dense.
 */
export function monotonicUuid(): string {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  const at = used;
  used += ID_BYTES;
  const now = unixMs();
  if (now > lastMs) {
    lastMs = now;
    // From the lower half of its range, so that there is room to count.
    counter = numbers.getUint32(at + 6) >>> 1;
  } else {
    counter = (counter + 1) >>> 0;
    if (counter === 0) lastMs += 1;
  }
  return uuidv7({ random: random.subarray(at, used), msecs: lastMs, seq: counter });
}
