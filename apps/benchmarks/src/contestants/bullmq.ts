import type { NewJob, Queue } from '../contestant.ts';
import type { Payload } from '../payload.ts';
import { loadPeer } from '../peers.ts';

/** What is used of the package. */
interface BullMq {
  readonly Queue: new (name: string, options: object, backend?: unknown) => BullQueue;
  readonly Worker: new (
    name: string,
    processor: (job: { data: Payload }) => Promise<void>,
    options: object,
    backend?: unknown,
  ) => BullWorker;
  readonly createPostgresBackend: unknown;
}

interface Emitter {
  on(event: 'error', listener: (error: unknown) => void): void;
  close(): Promise<void>;
}

interface BullQueue extends Emitter {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: Payload, options: object): Promise<unknown>;
  addBulk(jobs: readonly object[]): Promise<unknown>;
  getJobCounts(): Promise<Readonly<Record<string, number>>>;
}

interface BullWorker extends Emitter {
  waitUntilReady(): Promise<unknown>;
}

export const CONCURRENCY = 50;

export const BULLMQ_SETTINGS: string = `concurrency ${CONCURRENCY}, removeOnComplete (its documentation's advice for speed, so it keeps no history)`;

/** Attempts for all jobs, so that those that fail once are like the others; no pause between the attempts. */
const JOB = { attempts: 2, removeOnComplete: true };

/** BullMQ is the same on both of its stores, but for the connection. */
export async function openBullMq(connection: object): Promise<Queue> {
  const { Queue, Worker, createPostgresBackend } = await loadPeer<BullMq>('bullmq');
  const backend = 'connectionString' in connection ? [createPostgresBackend] : [];
  const open = async (name: string): Promise<BullQueue> => {
    const queue = new Queue(name, { connection }, ...backend);
    queue.on('error', report);
    await queue.waitUntilReady();
    return queue;
  };
  const ours = await open('ours');
  const others = await open('others');
  const queue = ({ lane }: NewJob): BullQueue => (lane === 'other-name' ? others : ours);
  return {
    enqueue: (job) => queue(job).add('job', job.payload, JOB),
    enqueueMany: async (jobs) => {
      for (const one of [ours, others]) {
        const mine = jobs.filter((job) => queue(job) === one);
        if (mine.length > 0) await one.addBulk(mine.map(({ payload }) => ({ name: 'job', data: payload, opts: JOB })));
      }
    },
    work: async (run) => {
      const settings = { connection, concurrency: CONCURRENCY };
      const worker = new Worker('ours', async ({ data }) => run(data), settings, ...backend);
      worker.on('error', (error) => report(error));
      await worker.waitUntilReady();
      return { stop: () => worker.close() };
    },
    left: async () => {
      const counts = await Promise.all([ours, others].map((one) => one.getJobCounts()));
      return counts
        .flatMap((one) => Object.entries(one))
        .reduce((sum, [state, n]) => sum + (state === 'completed' ? 0 : n), 0);
    },
    close: async () => {
      await Promise.all([ours.close(), others.close()]);
    },
  };
}

function report(error: unknown): void {
  process.stderr.write(`bullmq: ${String(error)}\n`);
}
