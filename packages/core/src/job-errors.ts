import { BearError, InvalidOptionError } from './errors.ts';
import { MAX_SECS, MIN_SNOOZE_SECS } from './model/limits.ts';
import { numberIn } from './options/check-options.ts';

/**
 * Thrown by a work function, it ends the job as failed, whatever attempts are left: for errors that no further attempt
 * can cure.
 *
 * @example
 * if (order === undefined) throw new JobFailure(`there is no order ${payload.orderId}`)
 */
export class JobFailure extends BearError {
  override readonly name = 'JobFailure';

  /** @param reason kept with the job, as the message of this error. */
  constructor(reason: string, options?: ErrorOptions) {
    super('BEAR_JOB_FAILURE', reason, options);
  }
}

/**
 * Thrown by a work function, it puts the job off: it runs again later, and this attempt is not spent. It is no failure,
 * may be done any number of times, and is reported by `WORKER_JOB_SNOOZE`.
 *
 * @example
 * if (!isReady(report)) throw new JobSnooze(60, 'the report is still being made')
 */
export class JobSnooze extends BearError {
  override readonly name = 'JobSnooze';
  /** After how many seconds it may run again, at least 1, by the database's clock. */
  readonly secs: number;

  /**
   * @param secs at least this long, from 0 to 100 years. Less than 1 counts as 1, so that a job that snoozes for no
   *   time, again and again, does not keep a worker and the database busy.
   * @param reason goes with the event. It is not kept with the job.
   * @throws InvalidOptionError for other `secs`: then the attempt has failed with that.
   */
  constructor(secs: number, reason?: string) {
    const problem = isPause(secs);
    if (problem !== undefined) throw new InvalidOptionError('JobSnooze.secs', problem);
    super('BEAR_JOB_SNOOZE', reason ?? `put off for ${secs} s`);
    this.secs = secs;
  }
}

/** How long a job with a payload of a newer release is left to processes of that, in seconds. */
const NEWER_PAUSE_SECS = 10;

/** What puts off a job whose payload has a newer version than this process knows: one of that release is to run it. */
export function leftToNewer(version: number, known: number): JobSnooze {
  const reason = `its payload has version ${version}, and this process knows ${known}: it is left to newer ones`;
  return new JobSnooze(NEWER_PAUSE_SECS, reason);
}

const isPause = numberIn(0, MAX_SECS, 'seconds');

const final = new WeakSet<object>();

/** Marks an error of ours: it ends the job as failed, as a {@link JobFailure} does. */
export function endingJob<T extends object>(error: T): T {
  final.add(error);
  return error;
}

/** Whether somebody gave the job up. Whatever was thrown, this does not throw. */
export function isJobFailure(thrown: unknown): boolean {
  return look(() => thrown instanceof JobFailure || final.has(thrown as object)) ?? false;
}

/** For how many seconds the job is put off; `undefined` where that is not what was thrown. */
export function snoozeSecsOf(thrown: unknown): number | undefined {
  const secs = look(() => (thrown instanceof JobSnooze ? thrown.secs : undefined));
  return secs === undefined || isPause(secs) !== undefined ? undefined : Math.max(secs, MIN_SNOOZE_SECS);
}

/** A proxy may throw whatever it is asked. */
function look<T>(see: () => T): T | undefined {
  try {
    return see();
  } catch {
    return undefined;
  }
}
