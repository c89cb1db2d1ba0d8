import { encodePayload } from '../../model/payload/payload.ts';
import type { KeyedJob } from '../../model/unique.ts';
import type { Draft } from '../../services/elaborate.ts';

/**
 * How much JSON of a call's payloads is kept between the check and the insert, in characters. The rest is made a second
 * time when its turn comes, which costs a client about a third more work and keeps its memory flat.
 */
export const KEPT_CHARS = 16_000_000;

/** The jobs of drafts, with their JSON, as they are asked for. */
export function* writtenOut(jobName: string, drafts: readonly Draft[]): Generator<KeyedJob, void> {
  for (const [index, { job, payload }] of drafts.entries()) {
    yield isWritten(job) ? job : { ...job, payloadText: encodePayload(jobName, payload, index) };
  }
}

function isWritten(job: Draft['job']): job is KeyedJob {
  return job.payloadText !== null;
}
