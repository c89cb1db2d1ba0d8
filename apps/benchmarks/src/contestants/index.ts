import type { Contestant } from '../contestant.ts';
import { bareRow } from './bare-row.ts';
import { bareSql } from './bare-sql.ts';
import { bearmq, bearmqBefore, bearmqDeleting } from './bearmq.ts';
import { bullmqPostgres } from './bullmq-postgres.ts';
import { bullmqRedis } from './bullmq-redis.ts';
import { graphileWorker } from './graphile-worker.ts';
import { pgBoss } from './pg-boss.ts';

/** In the order of the table's columns; the first is the one that the others are compared with. */
export const contestants: readonly Contestant[] = [
  bearmq,
  bearmqDeleting,
  bearmqBefore,
  graphileWorker,
  pgBoss,
  bullmqPostgres,
  bullmqRedis,
  bareSql,
  bareRow,
];

/** The peers that promise what BearMQ promises: durable, on PostgreSQL. */
export const POSTGRES_PEERS: readonly string[] = ['graphile-worker', 'pg-boss', 'bullmq-postgres'];

export function contestant(id: string): Contestant {
  const found = contestants.find((one) => one.id === id);
  if (found === undefined)
    throw new Error(`there is no contestant "${id}": ${contestants.map((c) => c.id).join(', ')}`);
  return found;
}
