/**
 * The part of a schedule's `jitterSecs` that a tick waits: from 0 to 1, spread evenly, and the same wherever and however
 * often it is worked out. By FNV-1a with 32 bits and the last steps of MurmurHash3, which let each bit count.
 */
export function jitterOf(jobName: string, key: string, dueMs: number): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${jobName}\0${key}\0${dueMs}`))
    hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
