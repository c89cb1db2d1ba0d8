import { PayloadError } from '../errors.ts';
import { withEncodedMark, withHeaders } from '../job-headers.ts';
import { extrasIn, NO_EXTRAS } from '../model/extras.ts';
import type { NewJob } from '../model/job.ts';
import type { JobAbout, PayloadCodec } from '../model/payload/codec.ts';
import { encodePayload } from '../model/payload/payload.ts';
import type { KeyedJob } from '../model/unique.ts';
import type { JobDraft, JobOrigin } from './hook.ts';
import type { Hooks } from './hooks.ts';
import type { Services } from './services.ts';

/** A job that is about to be inserted, with its JSON or without, and what that is made of. */
export interface Draft {
  readonly job: Omit<KeyedJob, 'payloadText'> & { readonly payloadText: string | null };
  readonly payload: unknown;
}

export interface Elaboration {
  readonly hooks: Hooks;
  readonly codec: PayloadCodec | undefined;
  readonly origin: JobOrigin;
}

/** Whether something of the context stands between a job and its insert. */
export function isElaborate({ hooks, settings }: Pick<Services, 'hooks' | 'settings'>): boolean {
  return hooks.isAroundEnqueues || settings.payloadCodec !== undefined;
}

/**
 * The long way of new jobs: through the hooks of the context, which may add headers, and its codec, which makes what is stored.
 * Only for those who use one of them.
 *
 * @param insert what the hooks are around; it is given the jobs as they are to be stored.
 */
export async function elaborate(
  drafts: readonly Draft[],
  { hooks, codec, origin }: Elaboration,
  insert: (drafts: readonly Draft[]) => Promise<void>,
): Promise<void> {
  const store = async (named: readonly Draft[]): Promise<void> =>
    await insert(codec === undefined ? named : await encoded(named, codec));
  if (!hooks.isAroundEnqueues) return await store(drafts);
  const seen = drafts.map((draft) => jobDraftOf(draft, origin));
  await hooks.enqueue(seen, () =>
    store(
      drafts.map(({ job, payload }, nth) => ({
        job: { ...job, extras: withHeaders(job.extras, seen[nth]?.headers) },
        payload,
      })),
    ),
  );
}

function jobDraftOf({ job, payload }: Draft, origin: JobOrigin): JobDraft {
  const { id: jobId, name: jobName, channel, jobGroup, priority } = job;
  return { jobId, jobName, channel, jobGroup, priority, payload, headers: { ...headersOf(job.extras) }, origin };
}

async function encoded(drafts: readonly Draft[], codec: PayloadCodec): Promise<readonly Draft[]> {
  const all: Draft[] = [];
  for (const [nth, { job, payload }] of drafts.entries()) {
    const stored = await codec.encode(payload, aboutOf(job));
    const item = drafts.length === 1 ? undefined : nth;
    if (stored === undefined) {
      const problem = 'became undefined in payloadCodec.encode: return what is to be stored, or null';
      throw new PayloadError(job.name, problem, item === undefined ? {} : { item });
    }
    const extras = withEncodedMark(job.extras, mayReplace(job) ? job.id : undefined);
    all.push({ job: { ...job, extras, payloadText: encodePayload(job.name, stored, item) }, payload: stored });
  }
  return all;
}

/** Whether another job may get its payload: the one that holds its unique key. */
function mayReplace({ unique }: Draft['job']): boolean {
  return unique?.onConflict === 'replace' || unique?.onConflict === 'restart';
}

/** What a codec is told of a job. */
export function aboutOf(job: Pick<NewJob, 'id' | 'name' | 'channel' | 'jobGroup' | 'extras'>): JobAbout {
  const { id: jobId, name: jobName, channel, jobGroup } = job;
  return { jobId, jobName, channel, jobGroup, headers: headersOf(job.extras) };
}

function headersOf(extras: string | null): JobAbout['headers'] {
  return (extras === null ? NO_EXTRAS : extrasIn(extras)).headers;
}
