import { encodeAnnouncement, MAX_IDS_ANNOUNCED } from '../model/announcement.ts';
import type { Services } from './services.ts';

/**
 * Tells other processes that somebody wants these jobs `cancelled`, or that they are `over` and somebody waits for that. A
 * hint: whoever misses it finds out later. Resolves once that is on its way.
 */
export async function announceJobs(
  { enqueuer }: Pick<Services, 'enqueuer'>,
  what: 'cancelled' | 'over',
  jobIds: readonly string[],
): Promise<void> {
  const { senderId } = enqueuer;
  const onTheirWay: Promise<void>[] = [];
  for (let i = 0; i < jobIds.length; i += MAX_IDS_ANNOUNCED) {
    const ids = jobIds.slice(i, i + MAX_IDS_ANNOUNCED);
    onTheirWay.push(enqueuer.notify(encodeAnnouncement({ senderId, announced: null, [what]: ids })));
  }
  await Promise.all(onTheirWay);
}
