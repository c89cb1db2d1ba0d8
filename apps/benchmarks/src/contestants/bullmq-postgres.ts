import type { Contestant, Place } from '../contestant.ts';
import { peerVersion } from '../peers.ts';
import { BULLMQ_SETTINGS, CONCURRENCY, openBullMq } from './bullmq.ts';

/** Its documentation: enough connections in the pool for the concurrency. */
const connection = ({ url }: Place): object => ({ connectionString: url, max: CONCURRENCY });

export const bullmqPostgres: Contestant = {
  id: 'bullmq-postgres',
  title: 'BullMQ on PostgreSQL',
  settings: `${BULLMQ_SETTINGS}, pools of ${CONCURRENCY}`,
  store: 'postgres',
  lacks: {
    groups: 'has groups in its paid edition only',
    channels: 'has names only, no channels',
    'many-workers': 'sets its concurrency by one number',
  },
  origin: 'peers',
  version: () => peerVersion('bullmq'),
  setUp: async (place) => {
    const queue = await openBullMq({ ...connection(place), migrate: true });
    await queue.close();
  },
  open: (place) => openBullMq(connection(place)),
};
