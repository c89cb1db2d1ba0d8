// The other process of a measurement: see helper-process.ts, which starts it and talks to it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Queue, Sent } from './contestant.ts';
import { contestant } from './contestants/index.ts';
import { keepGoing } from './enqueueing.ts';
import type { Answer, HelperReport, HelperTask, Order } from './helper-process.ts';
import { Ledger } from './ledger.ts';
import { now, payload } from './payload.ts';
import { peakMb } from './peak-memory.ts';

const REPORT_MS = 5;

// Without the parent there is nobody to measure for.
process.once('disconnect', () => process.exit());

process.once('message', (task: HelperTask) => {
  main(task).catch((error: unknown) => tell({ kind: 'error', message: String(error) }));
});

async function main(task: HelperTask): Promise<void> {
  const queue = await contestant(task.contestant).open(task.place);
  const orders = listen();
  tell({ kind: 'ready' });
  await orders.go;
  if (task.role === 'produce') {
    tell({ kind: 'report', report: await produce(queue, task) });
    return; // stays until it is killed, as producers do: what it sends behind its last call still goes out
  }
  const report = await work(queue, task, orders.stop);
  await queue.close();
  // Large reports take their time; only then does this process end.
  process.send?.({ kind: 'report', report } satisfies Answer, () => process.disconnect());
}

async function work(queue: Queue, { count }: HelperTask, stop: Promise<void>): Promise<HelperReport> {
  const ledger = new Ledger(count);
  const waits: number[] = [];
  const ranAt: number[] = [];
  const startedAt = now();
  const working = await queue.work(({ n, at }) => {
    ledger.add(n);
    if (at === undefined) return;
    ranAt.push(ledger.lastAt);
    waits.push(ledger.lastAt - at);
  });
  // Nobody waits for the runs of one that is to have none: its idleness is what is measured.
  const timer = count > 0 ? setInterval(() => tell({ kind: 'ran', total: ledger.total }), REPORT_MS) : undefined;
  await stop;
  clearInterval(timer);
  await working.stop();
  return report({
    startedAt,
    lastAt: ledger.lastAt,
    runs: ledger.runs(),
    waits,
    ranAt,
    enqueued: 0,
    claims: queue.sent?.().filter(({ what }) => what === 'claim'),
  });
}

async function produce(
  queue: Queue,
  { secs = 1, inFlight = 1, perSec = Infinity, count }: HelperTask,
): Promise<HelperReport> {
  const startedAt = now();
  const until = startedAt + secs * 1000;
  let enqueued = 0;
  await keepGoing(inFlight, () => {
    if (now() >= until || enqueued === count) return undefined;
    const n = enqueued;
    enqueued += 1;
    return at(startedAt + (n * 1000) / perSec, () => queue.enqueue({ payload: payload(n, { at: now() }) }));
  });
  return report({
    startedAt,
    lastAt: Number.NaN,
    runs: new Uint8Array(),
    waits: [],
    ranAt: [],
    enqueued,
    claims: undefined,
  });
}

/** Makes the call when it is time, or now when that is over. Timers are coarse, so some come together. */
async function at(time: number, call: () => Promise<unknown>): Promise<void> {
  if (time > now()) await pause(time - now());
  await call();
}

interface Done {
  readonly startedAt: number;
  readonly lastAt: number;
  readonly runs: Uint8Array;
  readonly waits: readonly number[];
  readonly ranAt: readonly number[];
  readonly enqueued: number;
  readonly claims: readonly Sent[] | undefined;
}

function report({ waits, ranAt, ...done }: Done): HelperReport {
  return {
    ...done,
    waits: Float64Array.from(waits),
    ranAt: Float64Array.from(ranAt),
    endedAt: now(),
    peakMb: peakMb(),
  };
}

/** The parent's words, as promises. */
function listen(): { go: Promise<void>; stop: Promise<void> } {
  const heard = new Map<Order, () => void>();
  const promise = (order: Order): Promise<void> => new Promise((resolve) => heard.set(order, resolve));
  const promises = { go: promise('go'), stop: promise('stop') };
  process.on('message', (order: Order) => {
    heard.get(order)?.();
    if (order !== 'usage') return;
    const { user, system } = process.cpuUsage();
    const usage = { cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 1_048_576 };
    tell({ kind: 'usage', usage });
  });
  return promises;
}

function tell(answer: Answer): void {
  // The parent may be gone meanwhile; `disconnect` ends this process then.
  if (process.connected) process.send?.(answer);
}
