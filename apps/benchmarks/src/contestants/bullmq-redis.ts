import type { Contestant } from '../contestant.ts';
import { peerVersion } from '../peers.ts';
import { BULLMQ_SETTINGS, openBullMq } from './bullmq.ts';

export const bullmqRedis: Contestant = {
  id: 'bullmq-redis',
  title: 'BullMQ on Redis',
  settings: `${BULLMQ_SETTINGS}; Redis with appendonly, appendfsync everysec, noeviction (its documentation's advice for production): a crash may lose the last second`,
  store: 'redis',
  lacks: {
    groups: 'has groups in its paid edition only',
    channels: 'has names only, no channels',
    'many-workers': 'sets its concurrency by one number',
    tables: 'is not on PostgreSQL',
  },
  origin: 'peers',
  version: () => peerVersion('bullmq'),
  setUp: async () => {},
  open: async (place) => {
    if (place.redisPort === undefined) throw new Error('there is no Redis to run BullMQ on: install redis-server');
    return await openBullMq({ host: '127.0.0.1', port: place.redisPort, maxRetriesPerRequest: null });
  },
};
