import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, type EnqueueOverrides } from 'bearmq';
import { monotonicMs } from '../../ledger/now.ts';
import type { ActorConfig, FigurePayload } from './config.ts';
import type { FigureJob } from './definition.ts';

const TICK_MS = 10;
/** More calls than that are not left waiting: the database is away, and they would all come at once afterwards. */
const MOST_UNDER_WAY = 100;
/** So many different groups, each used again only after a while: their rows come and go. */
const GROUPS = 5_000;

/** Enqueues at a steady rate until stopped. What cannot be enqueued is left out, as a web server answers with an error. */
export async function produce(
  job: FigureJob,
  { ratePerSec, mix }: Pick<ActorConfig, 'ratePerSec' | 'mix'>,
  isOver: () => boolean,
): Promise<void> {
  const startedAt = monotonicMs();
  const underWay = new Set<Promise<void>>();
  for (let nth = 0; !isOver(); ) {
    const due = Math.floor(((monotonicMs() - startedAt) / 1000) * ratePerSec);
    for (; nth < due; nth += 1) {
      if (underWay.size >= MOST_UNDER_WAY) continue;
      const call = enqueue(job, mix === 'plain' ? plain() : mixed(nth)).finally(() => underWay.delete(call));
      underWay.add(call);
    }
    await wait(TICK_MS);
  }
  await Promise.all(underWay);
}

interface Plan {
  readonly payload: FigurePayload;
  readonly overrides: EnqueueOverrides;
}

function plain(): Plan {
  return { payload: { sentAt: monotonicMs(), does: 'nothing', ms: 0 }, overrides: {} };
}

/** Of ten jobs one is delayed, one fails once, two are in groups. */
function mixed(nth: number): Plan {
  const { payload } = plain();
  switch (nth % 10) {
    case 0:
      return { payload: { ...payload, sentAt: null }, overrides: { delaySecs: 2 } };
    case 1:
      return { payload: { ...payload, does: 'fail' }, overrides: { numAttempts: 2, timeoutSecs: 1 } };
    case 2:
    case 3:
      return { payload, overrides: { jobGroup: `g${nth % GROUPS}` } };
    default:
      return plain();
  }
}

async function enqueue(job: FigureJob, { payload, overrides }: Plan): Promise<void> {
  try {
    await job.enqueue(payload, overrides);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
}
