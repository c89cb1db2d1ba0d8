import type { ClaimedJob } from '../../model/job.ts';
import type { SlotPool } from '../slots.ts';

/**
 * The payloads that a process holds, of running jobs too, and those that one claim brings, in bytes. They are exceeded by
 * one payload at most.
 */
const MAX_HELD = 32_000_000;
const MAX_BROUGHT = 16_000_000;
/** In UTF-8. */
const MAX_BYTES_OF_CHAR = 3;

/** How many bytes of payload the next claim may bring, beside those that are held; 0 or less for none. */
export function roomBeside(pools: readonly SlotPool[]): number {
  return Math.min(MAX_BROUGHT, MAX_HELD - pools.reduce((sum, { chars }) => sum + chars, 0));
}

/** Whether a claim may have ended because of what its jobs brought. */
export function mayFill(jobs: readonly ClaimedJob[], room: number): boolean {
  return jobs.reduce((sum, { payloadText }) => sum + payloadText.length, 0) * MAX_BYTES_OF_CHAR >= room;
}
