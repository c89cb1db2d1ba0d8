import { encodeAnnouncement } from '../model/announcement.ts';
import type { Services } from './services.ts';

/** Tells all Workers, here and in other processes, that jobs may be ready anywhere, also where they know that none was. */
export function announceAnywhere({ localWork, enqueuer }: Pick<Services, 'localWork' | 'enqueuer'>): Promise<void> {
  localWork.announce('anywhere');
  return enqueuer.notify(encodeAnnouncement({ senderId: enqueuer.senderId, announced: null, isAnywhere: true }));
}
