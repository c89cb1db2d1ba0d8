import type { Contestant, NewJob, Place, Queue } from '../contestant.ts';
import type { Payload } from '../payload.ts';
import { loadPeer, peerVersion } from '../peers.ts';

/** What is used of the package. */
interface PgBossModule {
  readonly PgBoss: new (options: object) => Boss;
}

interface Boss {
  on(event: 'error', listener: (error: unknown) => void): void;
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  createQueue(name: string, options: object): Promise<void>;
  send(name: string, data: Payload, options: object): Promise<unknown>;
  insert(name: string, jobs: readonly object[]): Promise<unknown>;
  work(name: string, options: object, handler: (jobs: readonly Job[]) => Promise<unknown>): Promise<string>;
  offWork(name: string, options: object): Promise<void>;
  getDb(): { executeSql(text: string): Promise<{ rows: { n: number }[] }> };
}

interface Job {
  readonly id: string;
  readonly data: Payload;
}

interface Outcome {
  readonly id: string;
  readonly status: 'completed' | 'failed';
}

const BATCH = 500;
/** With strict order one job a key is fetched; a batch that comes back short ends the burst and waits for the poll. */
const ORDERED_BATCH = 100;
/** Of tenants: how many jobs run at a time, of all and of one. */
const SLOTS = 24;
const SLOTS_EACH = 12;

export const pgBoss: Contestant = {
  id: 'pg-boss',
  title: 'pg-boss',
  settings: `keeps history; batchSize ${BATCH}, burstWhenBatchFull, pollingIntervalSeconds 0.5 (its shortest); for latency and steady state also useListenNotify and notify; for groups the policy key_strict_fifo, batchSize ${ORDERED_BATCH}, and rising ids, so that one bulk insert keeps its order; for failing jobs perJobResults; for tenants groups with localConcurrency ${SLOTS}, batchSize 1 and groupConcurrency ${SLOTS_EACH}, since a group that may have all slots keeps them`,
  store: 'postgres',
  lacks: { channels: 'has names only, no channels', 'many-workers': 'sets its concurrency by one number' },
  node: [22, 12],
  origin: 'peers',
  version: () => peerVersion('pg-boss'),
  setUp: async (place) => {
    const boss = await start(place);
    const policy = place.purpose === 'order' ? { policy: 'key_strict_fifo' } : {};
    const notify = place.purpose === 'latency' || place.purpose === 'sharing';
    await boss.createQueue('ours', { ...policy, notify, retryLimit: 1, retryDelay: 0 });
    await boss.createQueue('free', { retryLimit: 1 });
    await boss.createQueue('others', { retryLimit: 1 });
    await boss.stop({ graceful: false });
  },
  open,
};

async function start({ url, purpose }: Place): Promise<Boss> {
  const { PgBoss } = await loadPeer<PgBossModule>('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    useListenNotify: purpose === 'latency' || purpose === 'sharing',
  });
  boss.on('error', (error) => process.stderr.write(`pg-boss: ${String(error)}\n`));
  await boss.start();
  return boss;
}

async function open(place: Place): Promise<Queue> {
  const { purpose } = place;
  const boss = await start(place);
  const options = ({ group }: NewJob): object => {
    if (group === undefined) return {};
    return purpose === 'sharing' ? { group: { id: group } } : { id: nextId(), singletonKey: group };
  };
  const queue = ({ lane, group }: NewJob): string => {
    if (lane === 'other-name') return 'others';
    // A queue with strict order takes no job without a key.
    return purpose === 'order' && group === undefined ? 'free' : 'ours';
  };
  return {
    enqueue: (job) => boss.send(queue(job), job.payload, options(job)),
    enqueueMany: async (jobs) => {
      for (const name of ['ours', 'free', 'others']) {
        const mine = jobs.filter((job) => queue(job) === name);
        if (mine.length === 0) continue;
        await boss.insert(
          name,
          mine.map((job) => ({ data: job.payload, ...options(job) })),
        );
      }
    },
    work: async (run) => {
      const settings = {
        batchSize: purpose === 'order' ? ORDERED_BATCH : BATCH,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: 0.5,
        perJobResults: purpose === 'retry',
        ...(purpose === 'sharing' ? { batchSize: 1, localConcurrency: SLOTS, groupConcurrency: SLOTS_EACH } : {}),
      };
      const handler = async (jobs: readonly Job[]): Promise<unknown> => {
        if (purpose === 'retry') return jobs.map((job) => tryOne(job, run));
        if (purpose === 'sharing') await Promise.all(jobs.map(({ data }) => run(data)));
        else for (const { data } of jobs) run(data);
        return undefined;
      };
      const names = purpose === 'order' ? ['ours', 'free'] : ['ours'];
      for (const name of names) await boss.work(name, settings, handler);
      return {
        stop: async () => {
          await Promise.all(names.map((name) => boss.offWork(name, { wait: true })));
        },
      };
    },
    left: async () => {
      const { rows } = await boss
        .getDb()
        .executeSql(
          `select count(*)::int as n from pgboss.job where state <> 'completed' and name in ('ours', 'free', 'others')`,
        );
      return rows[0]?.n ?? Number.NaN;
    },
    close: () => boss.stop({ graceful: false }),
  };
}

function tryOne({ id, data }: Job, run: (payload: Payload) => unknown): Outcome {
  try {
    run(data);
    return { id, status: 'completed' };
  } catch {
    // The scenario's own failure: what is measured is what the queue makes of it.
    return { id, status: 'failed' };
  }
}

let ids = 0;

/** A version 7 UUID that is higher than the one before. */
function nextId(): string {
  ids += 1;
  const time = Date.now().toString(16).padStart(12, '0');
  const low = ids.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${low}`;
}
