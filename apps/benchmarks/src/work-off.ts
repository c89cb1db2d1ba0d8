import type { Queue, WorkOptions } from './contestant.ts';
import type { Ledger } from './ledger.ts';
import type { Payload } from './payload.ts';
import { now } from './payload.ts';

export interface WorkOff extends WorkOptions {
  readonly ledger: Ledger;
  readonly limitSecs: number;
  /** What a job does beyond being counted. `runs` is how often it ran before and now. */
  readonly job?: (payload: Payload, runs: number) => void;
  /** Jobs of other lanes, which are left when all is done. */
  readonly others?: number;
}

export interface WorkedOff {
  readonly jobsPerSec: number;
  readonly ms: number;
  /** That it was not all of them. */
  readonly note: string | undefined;
  readonly complaint: string | undefined;
}

/** Lets workers take what waits until all of it has run, or the time is over. The clock starts with the workers. */
export async function workOff(
  queue: Queue,
  { ledger, limitSecs, job, others = 0, ...options }: WorkOff,
): Promise<WorkedOff> {
  const startedAt = now();
  const working = await queue.work((payload) => {
    const runs = ledger.add(payload.n);
    job?.(payload, runs);
  }, options);
  const isComplete = await within(limitSecs, ledger.finished);
  const ms = (isComplete ? ledger.lastAt : now()) - startedAt;
  const done = ledger.done();
  await working.stop();
  const complaint = ledger.complaint((await queue.left()) - others);
  return {
    jobsPerSec: done / (ms / 1000),
    ms,
    note: isComplete ? undefined : `stopped after ${done.toLocaleString('en')} jobs in ${limitSecs} s`,
    complaint,
  };
}

/** What has to be done before the measurement goes on was not done in time. */
export class UnfinishedError extends Error {
  constructor(done: number, limitSecs: number) {
    super(`only ${done.toLocaleString('en')} jobs of a pass that the next one needs to be done ran in ${limitSecs} s`);
  }
}

/**
 * As {@link workOff}, for a pass after which the queue must be empty.
 *
 * @throws UnfinishedError when it is not
 */
export async function workOffAll(queue: Queue, task: WorkOff): Promise<WorkedOff> {
  const drained = await workOff(queue, task);
  if (drained.note !== undefined) throw new UnfinishedError(task.ledger.total, task.limitSecs);
  return drained;
}

/** @returns whether `event` came within so many seconds */
export async function within(secs: number, event: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), secs * 1000);
  });
  const came = await Promise.race([event.then(() => true), time]);
  clearTimeout(timer);
  return came;
}
