import { v7 as uuidv7 } from 'uuid';
import { Lull } from '../../consume/lull.ts';
import { WorkerProcess } from '../../consume/process.ts';
import { RunScope } from '../../consume/run/run-scope.ts';
import { InvalidOptionError } from '../../errors.ts';
import { fireDue } from '../../maintain/fire-due.ts';
import { outside } from '../../runtime/async-context.ts';
import { systemClock } from '../../runtime/clock.ts';
import { type Services, servicesOf } from '../../services/services.ts';
import { nextDue } from '../../statements/next-due.ts';
import { lanesOf } from '../figures/lanes.ts';
import { type DrainOptions, resolveDrainOptions } from './drain-options.ts';
import type { DrainSummary } from './drain-summary.ts';

/**
 * Runs jobs until none is left that could run now, or a limit is reached, and resolves when all of it is recorded. A
 * worker for programs that do not stay, such as a function started by a request or a timer. It listens to nothing and
 * holds no connection of its own. Any number of drains and Workers may run at once.
 *
 * It claims until it finds nothing while nothing runs. What its jobs enqueue is run too; what they put off is not
 * waited for. At `maxSecs` it claims no more, aborts nothing, and waits for what runs. It first looks for jobs of dead
 * processes: if a process gives no sign of life, it stays for up to ten seconds to find out whether that process is
 * dead.
 *
 * @throws InvalidOptionError for an option that is unknown, missing, of the wrong type or out of range, and for a
 *   context in which no definition is registered.
 * @throws SchemaVersionError, DatabaseError when the database has not been migrated, or cannot be asked at first; and
 *   as `Worker.stop` does.
 */
export async function drain(options: DrainOptions): Promise<DrainSummary> {
  const { context, channels, concurrency, maxSecs, maxJobs = Infinity, schedules } = resolveDrainOptions(options);
  const services = servicesOf('drain', context);
  if (services.registry.names().length === 0)
    throw new InvalidOptionError(
      'drain.context',
      'has no registered definition, so there is nothing to run: register() those whose jobs it is to run',
    );
  const endAt = systemClock.now() + maxSecs * 1000;
  await services.checkSchema();
  const takes = channels === undefined ? null : [...new Set(channels)].sort();
  const nextTickAt = schedules === 'fire' ? await fireDue(services, endAt) : Infinity;
  const counts = await outside(() => work(services, { channels: takes, concurrency, endAt, maxJobs }));
  return { ...counts, ...(await whatIsLeft(services, takes, nextTickAt)) };
}

interface Work {
  /** `null`: all. */
  readonly channels: readonly string[] | null;
  readonly concurrency: number;
  /** By this process's clock. */
  readonly endAt: number;
  readonly maxJobs: number;
}

type Counts = Pick<DrainSummary, 'ran' | 'failed' | 'stoppedBy'>;

async function work(services: Services, { channels, concurrency, endAt, maxJobs }: Work): Promise<Counts> {
  const id = uuidv7();
  let [ran, failed] = [0, 0];
  let stop = (_by: Counts['stoppedBy']): void => {};
  const stopped = new Promise<Counts['stoppedBy']>((resolve) => (stop = resolve));
  const { events, settings } = services;
  const unsubscribe = [
    events.subscribe((event) => {
      if (!('workerId' in event) || event.workerId !== id) return;
      ran += 1;
      if (ran >= maxJobs) stop('jobs');
    }, 'WORKER_JOB_RUN'),
    events.subscribe((event) => {
      if ('workerId' in event && event.workerId === id) failed += 1;
    }, 'WORKER_JOB_RUN_ERROR'),
  ];
  const cancelEnd = systemClock.after(Math.max(0, endAt - systemClock.now()), () => stop('time'));
  const lull = new Lull({ clock: systemClock, runsLeft: () => maxJobs - ran, onNothing: () => stop('empty') });
  const process = new WorkerProcess({ ...services, settings: { ...settings, wakeUp: 'poll' } }, lull);
  const member = { id, channels, concurrency, scope: new RunScope(id) };
  try {
    process.join(member);
    const stoppedBy = await stopped;
    await process.leave(member);
    return { ran, failed, stoppedBy };
  } finally {
    cancelEnd();
    for (const end of unsubscribe) end();
  }
}

/** What there is after it. That it cannot be asked is told of, and takes nothing from what was done. */
async function whatIsLeft(
  services: Services,
  channels: readonly string[] | null,
  nextTickAt: number,
): Promise<Pick<DrainSummary, 'left' | 'nextDueInSecs'>> {
  const { driver, tables, registry, reportError } = services;
  const names = registry.names();
  try {
    const lanes = await lanesOf(services, { upTo: 1 });
    const isLeft = lanes.some(
      ({ jobName, channel, ready, served }) =>
        ready.value > 0 && served !== 'paused' && names.includes(jobName) && (channels?.includes(channel) ?? true),
    );
    const jobInSecs = (await nextDue(driver, tables, { names, channels })) ?? Infinity;
    const tickInSecs = Math.max(0, (nextTickAt - systemClock.now()) / 1000);
    const dueInSecs = Math.min(jobInSecs, tickInSecs);
    return { left: isLeft ? 'some' : 'none', nextDueInSecs: dueInSecs === Infinity ? null : dueInSecs };
  } catch (error) {
    reportError('drain', error, 1);
    return { left: 'unknown', nextDueInSecs: null };
  }
}
