import type { PayloadIssue } from '../../errors.ts';
import { PayloadError } from '../../errors.ts';
import { reasonOf } from '../../messages.ts';
import { type Extras, extrasIn, NO_EXTRAS } from '../../model/extras.ts';
import type { FailedJob } from '../../model/failed-job.ts';
import type { PayloadCodec } from '../../model/payload/codec.ts';
import { aboutOf } from '../../services/elaborate.ts';
import type { RegisteredJob } from '../../services/registry.ts';
import type { Services } from '../../services/services.ts';
import { readWaiting, type WaitingPayload } from '../../statements/read-waiting.ts';
import type { PayloadContract } from './payload-contract.ts';

/** A waiting job whose payload would not parse: see {@link JobDefinition.checkWaiting}. */
export interface WaitingProblem {
  readonly jobId: string;
  /** The version of its payload. */
  readonly version: number;
  /** What is wrong, in words. */
  readonly problem: string;
  /** What the `payloadSchema` says; empty where it is not that which refuses. */
  readonly issues: readonly PayloadIssue[];
}

/** What makes of a stored payload the one that the work function is given; `undefined` where that is the same. */
export function preparing(
  codec: PayloadCodec | undefined,
  contract: PayloadContract | undefined,
): RegisteredJob['prepare'] {
  if (codec === undefined && contract === undefined) return undefined;
  return async (stored, claimed) => {
    const payload = codec === undefined ? stored : await decoded(stored, claimed, codec);
    if (claimed.extras.isEncoded && codec !== undefined) claimed.decoded = { payload };
    return contract === undefined ? payload : await contract.read(payload, claimed.extras.v);
  };
}

/** The payload as it was enqueued; of a job that tells of a failure, that of the job which failed is within it. */
async function decoded(
  stored: unknown,
  { job, extras }: { readonly job: Parameters<typeof aboutOf>[0]; readonly extras: Extras },
  codec: PayloadCodec,
): Promise<unknown> {
  const { isEncoded, encodedFor = job.id, failureEncoded } = extras;
  if (failureEncoded !== undefined) {
    const failed = stored as FailedJob<unknown>;
    return { ...failed, payload: await codec.decode(failed.payload, aboutOf({ ...job, ...failureEncoded })) };
  }
  return isEncoded ? await codec.decode(stored, aboutOf({ ...job, id: encodedFor })) : stored;
}

/** How many waiting jobs are read at a time: their payloads are in memory together. */
const PAGE = 200;

/** Goes through up to `limit` waiting jobs of the name, and returns those that could not be run by this release. */
export async function checkWaiting(
  { driver, tables, settings }: Services,
  contract: PayloadContract,
  jobName: string,
  limit: number,
): Promise<readonly WaitingProblem[]> {
  const problems: WaitingProblem[] = [];
  let after = '00000000-0000-0000-0000-000000000000';
  for (let left = limit; left > 0; left -= PAGE) {
    const page = await readWaiting(driver, tables, { jobName, after, limit: Math.min(PAGE, left) });
    for (const job of page) {
      const problem = await problemOf(job, jobName, contract, settings.payloadCodec);
      if (problem !== undefined) problems.push(problem);
    }
    const last = page[PAGE - 1];
    if (last === undefined) break;
    after = last.id;
  }
  return problems;
}

async function problemOf(
  { payloadText, ...job }: WaitingPayload,
  name: string,
  contract: PayloadContract,
  codec: PayloadCodec | undefined,
): Promise<WaitingProblem | undefined> {
  const extras = job.extras === null ? NO_EXTRAS : extrasIn(job.extras);
  const { v: version } = extras;
  const problem = (text: string, issues: readonly PayloadIssue[] = []) => ({
    jobId: job.id,
    version,
    problem: text,
    issues,
  });
  if (version > contract.version) return problem(`has version ${version}, which is newer than ${contract.version}`);
  try {
    const stored: unknown = JSON.parse(payloadText);
    const claimed = { job: { ...job, name }, extras };
    const plain = codec === undefined ? stored : await decoded(stored, claimed, codec);
    await contract.parse(plain, version);
    return undefined;
  } catch (error) {
    if (error instanceof PayloadError) return problem(error.problem, error.issues);
    return problem(`could not be decoded: ${reasonOf(error)}`);
  }
}
