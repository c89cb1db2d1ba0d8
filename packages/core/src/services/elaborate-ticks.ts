import type { TickJob } from '../model/job.ts';
import { elaborate, isElaborate } from './elaborate.ts';
import type { Services } from './services.ts';

/**
 * Has the jobs of ticks go through the hooks of the context and its codec, where it has any. What a codec makes is stored
 * with the job; without one, a job has the payload that it was given, or that which is stored with its schedule.
 *
 * @param payloadOf the payload of a job; asked only where somebody looks at it.
 */
export async function elaborateTicks<TJob extends TickJob>(
  services: Pick<Services, 'hooks' | 'settings'>,
  jobs: readonly TJob[],
  payloadOf: (job: TJob) => unknown,
  insert: (jobs: readonly TJob[]) => Promise<void>,
): Promise<void> {
  if (jobs.length === 0 || !isElaborate(services)) return await insert(jobs);
  const { hooks, settings } = services;
  const drafts = jobs.map((job) => ({
    job: { ...job, payloadText: job.payloadText ?? null },
    payload: payloadOf(job),
  }));
  await elaborate(drafts, { hooks, codec: settings.payloadCodec, origin: 'schedule' }, (made) =>
    insert(jobs.map((job, nth) => ({ ...job, ...made[nth]?.job }))),
  );
}
