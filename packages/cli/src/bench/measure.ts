import { Context, JobDefinition, Worker } from '@bearmq/core';
import type { Driver } from '@bearmq/core/driver';
import { quantile } from './bench-schema.ts';

export interface MeasureOptions {
  readonly driver: Driver;
  readonly schema: string;
  /** The most jobs that a part has. */
  readonly jobs: number;
  /** How long a part takes at most. */
  readonly secs: number;
  /** How many jobs run at a time. */
  readonly concurrency: number;
  /** Ends what goes on. */
  readonly signal: AbortSignal;
  /** Is told what begins. */
  readonly note: (text: string) => void;
}

/** So many jobs in so long a time. */
export interface Throughput {
  readonly jobs: number;
  readonly secs: number;
  readonly perSec: number;
}

/** From the call of `enqueue` to the first line of the work function, one job at a time, in milliseconds. */
export interface Latency {
  readonly jobs: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Measured {
  readonly enqueue: Throughput;
  readonly enqueueMany: Throughput;
  readonly run: Throughput;
  readonly latencyMs: Latency;
}

/** How many jobs are enqueued at a time, in bulk. */
export const BULK = 1_000;
/** Of how many jobs the latency is told at most: more would not change it. */
const MOST_SINGLE = 1_000;
/** How many single jobs go before those that count. */
const WARM_UP = 20;

/** Measures one part after the other. Stops where it is once `signal` is aborted: what it returns then is not whole. */
export async function measure(options: MeasureOptions): Promise<Measured> {
  const { driver, schema, jobs, note } = options;
  const context = new Context({ driver, schema });
  const work = new Work();
  const definition = new JobDefinition<number>({ context, name: 'BENCH', workFunction: (n) => work.began(n) });
  await definition.register();
  note('enqueueing one by one');
  const enqueue = await enqueueInTurn(options, (n) => definition.enqueue(n).then(() => 1), jobs);
  note(`enqueueing ${BULK} at a time`);
  const page = (from: number): Promise<number> => {
    const length = Math.min(BULK, jobs - from);
    const items = Array.from({ length }, (_, i) => ({ payload: from + i }));
    return definition.enqueueMany(items).then(() => length);
  };
  const enqueueMany = await enqueueInTurn(options, page, jobs);
  note('running all of them');
  const run = await runAll(options, context, enqueue.jobs + enqueueMany.jobs);
  note('running single jobs');
  const latencyMs = await runSingly(options, { context, definition, work });
  return { enqueue, enqueueMany, run, latencyMs };
}

/** Who waits for the begin of a job. */
class Work {
  #onBegan: ((n: number) => void) | undefined;

  began(n: number): void {
    this.#onBegan?.(n);
  }

  /** Resolves to the moment when that job begins. */
  beginOf(n: number): Promise<number> {
    return new Promise((resolve) => {
      this.#onBegan = (began) => {
        if (began === n) resolve(performance.now());
      };
    });
  }
}

/** @param next enqueues the next ones, and resolves to how many. */
async function enqueueInTurn(
  { secs, signal }: MeasureOptions,
  next: (done: number) => Promise<number>,
  most: number,
): Promise<Throughput> {
  const beganAt = performance.now();
  const end = beganAt + secs * 1000;
  let done = 0;
  while (done < most && performance.now() < end && !signal.aborted) done += await next(done);
  return throughput(done, performance.now() - beganAt);
}

/** From the begin of the first run until the last outcome was recorded, or the time is over. */
async function runAll(
  { secs, concurrency, signal }: MeasureOptions,
  context: Context,
  most: number,
): Promise<Throughput> {
  let [done, firstAt, lastAt] = [0, 0, 0];
  let timer: NodeJS.Timeout | undefined;
  const over = new AbortController();
  const unsubscribe = [
    context.on('WORKER_JOB_RUN', () => {
      if (firstAt > 0) return;
      firstAt = performance.now();
      timer = setTimeout(() => over.abort(), secs * 1000);
    }),
    context.on('WORKER_JOB_RUN_SUCCESS', () => {
      if (over.signal.aborted) return;
      done += 1;
      lastAt = performance.now();
      if (done === most) over.abort();
    }),
  ];
  const worker = new Worker({ context, concurrency });
  try {
    if (most > 0) await aborted(AbortSignal.any([over.signal, signal]));
  } finally {
    over.abort();
    clearTimeout(timer);
    await worker.stop();
    for (const end of unsubscribe) end();
  }
  return throughput(done, lastAt - firstAt);
}

interface SingleOptions {
  readonly context: Context;
  readonly definition: JobDefinition<number>;
  readonly work: Work;
}

/** In a channel of its own: what could not be run in time may still wait in the other one. */
async function runSingly(
  { secs, jobs, signal }: MeasureOptions,
  { context, definition, work }: SingleOptions,
): Promise<Latency> {
  const channel = 'single';
  const worker = new Worker({ context, channels: [channel] });
  const took: number[] = [];
  const stopped = aborted(signal).then(() => null);
  try {
    const most = WARM_UP + Math.min(jobs, MOST_SINGLE);
    const end = performance.now() + secs * 1000;
    for (let n = 0; n < most && (n <= WARM_UP || performance.now() < end) && !signal.aborted; n += 1) {
      const begin = work.beginOf(-1 - n);
      const sentAt = performance.now();
      await definition.enqueue(-1 - n, { channel });
      const beganAt = await Promise.race([begin, stopped]);
      if (beganAt !== null && n >= WARM_UP) took.push(beganAt - sentAt);
    }
  } finally {
    await worker.stop();
  }
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = [0.5, 0.95, 0.99, 1].map((share) => quantile(took, share));
  return { jobs: took.length, p50, p95, p99, max };
}

function throughput(jobs: number, ms: number): Throughput {
  return { jobs, secs: ms / 1000, perSec: ms > 0 ? (jobs * 1000) / ms : 0 };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
