import { BearError, InvalidOptionError } from './errors.ts';
import { MAX_SECS } from './model/limits.ts';
import { numberIn } from './options/check-options.ts';

/**
 * Thrown by a work function, it ends the job as failed, whatever attempts are left: for what no attempt will cure.
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
 * Thrown by a work function, it puts the job off: it runs again later, and this attempt is not spent. It is no failure, may
 * be done any number of times, and is told of by `WORKER_JOB_SNOOZE`.
 *
 * @example
 * if (!isReady(report)) throw new JobSnooze(60, 'the report is still being made')
 */
export class JobSnooze extends BearError {
  override readonly name = 'JobSnooze';
  /** After how many seconds it may run again, by the database's clock. */
  readonly secs: number;

  /**
   * @param secs at least this long, from 0 to 100 years.
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

const isPause = numberIn(0, MAX_SECS, 'seconds');

/** Whether somebody gave the job up. Whatever was thrown, this does not throw. */
export function isJobFailure(thrown: unknown): boolean {
  return look(() => thrown instanceof JobFailure) ?? false;
}

/** For how many seconds the job is put off; `undefined` where that is not what was thrown. */
export function snoozeSecsOf(thrown: unknown): number | undefined {
  const secs = look(() => (thrown instanceof JobSnooze ? thrown.secs : undefined));
  return isPause(secs) === undefined ? secs : undefined;
}

/** A proxy may throw whatever it is asked. */
function look<T>(see: () => T): T | undefined {
  try {
    return see();
  } catch {
    return undefined;
  }
}
