import type { Contestant, NewJob, Place, Queue } from '../contestant.ts';
import type { Payload } from '../payload.ts';
import { loadPeer, peerVersion } from '../peers.ts';

/** What is used of the package. */
interface GraphileWorker {
  readonly WorkerPreset: object;
  readonly Logger: new (factory: () => () => void) => object;
  run(options: object): Promise<{ stop(): Promise<void> }>;
  makeWorkerUtils(options: object): Promise<WorkerUtils>;
}

interface WorkerUtils {
  addJob(identifier: string, payload: Payload, spec: JobSpec): Promise<unknown>;
  addJobs(specs: readonly object[]): Promise<unknown>;
  withPgClient<T>(work: (client: { query(sql: string): Promise<{ rows: { n: number }[] }> }) => Promise<T>): Promise<T>;
  migrate(): Promise<void>;
  release(): Promise<void>;
}

interface JobSpec {
  readonly queueName?: string;
  readonly maxAttempts: number;
}

/** https://worker.graphile.org/docs/performance: the set-up of its own figures. */
const TUNED = {
  concurrentJobs: 24,
  maxPoolSize: 25,
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
};

/** Ordered queues wait for the poll and for the look-up of their names, so both are made short. */
const ORDERED = { ...TUNED, pollInterval: 50, getQueueNameBatchDelay: 0 };

export const graphileWorker: Contestant = {
  id: 'graphile-worker',
  title: 'graphile-worker',
  settings:
    'keeps no history; concurrentJobs 24, maxPoolSize 25, localQueue.size 500, completeJobBatchDelay 0, failJobBatchDelay 0 (the set-up of its documentation’s own figures); for groups and tenants (queueName, which runs one job at a time) also pollInterval 50, getQueueNameBatchDelay 0',
  store: 'postgres',
  lacks: { channels: 'has names only, no channels', 'many-workers': 'sets its concurrency by one number' },
  node: [22, 18],
  origin: 'peers',
  version: () => peerVersion('graphile-worker'),
  setUp: async (place) => {
    const utils = await (await load()).makeWorkerUtils(await options(place));
    await utils.migrate();
    await utils.release();
  },
  open,
};

async function load(): Promise<GraphileWorker> {
  return await loadPeer<GraphileWorker>('graphile-worker');
}

async function options({ url, purpose }: Place): Promise<object> {
  const { WorkerPreset, Logger } = await load();
  const worker = {
    ...(purpose === 'order' || purpose === 'sharing' ? ORDERED : TUNED),
    connectionString: url,
    logger: new Logger(() => () => {}),
  };
  return { preset: { extends: [WorkerPreset], worker }, noHandleSignals: true };
}

async function open(place: Place): Promise<Queue> {
  const { makeWorkerUtils, run } = await load();
  const settings = await options(place);
  const utils = await makeWorkerUtils(settings);
  const spec = ({ group }: NewJob): JobSpec => ({
    maxAttempts: 2,
    ...(group === undefined ? {} : { queueName: group }),
  });
  const task = ({ lane }: NewJob): string => (lane === 'other-name' ? 'others' : 'ours');
  return {
    enqueue: (job) => utils.addJob(task(job), job.payload, spec(job)),
    enqueueMany: (jobs) =>
      utils.addJobs(jobs.map((job) => ({ identifier: task(job), payload: job.payload, ...spec(job) }))),
    work: async (work) => {
      const runner = await run({
        ...settings,
        taskList: { ours: async (payload: Payload) => work(payload) },
        parsedCronItems: [],
      });
      return { stop: () => runner.stop() };
    },
    left: () =>
      utils.withPgClient(async (client) => {
        const { rows } = await client.query('select count(*)::int as n from graphile_worker._private_jobs');
        return rows[0]?.n ?? Number.NaN;
      }),
    close: () => utils.release(),
  };
}
