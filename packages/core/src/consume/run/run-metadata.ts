import type { JobHeaders } from '../../model/extras.ts';
import type { ClaimedJob } from '../../model/job.ts';
import type { JobMetadata } from '../../model/job-metadata.ts';
import type { Holding } from '../holdings.ts';

/** Returns what it is given: a class that extends it adds its private fields to that. */
class Itself {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what it is for
    return given;
  }
}

/** Hangs a run on a date, where nobody sees it. */
class DateOfRun extends Itself {
  readonly #run: Holding;

  constructor(date: Date, run: Holding) {
    super(date);
    this.#run = run;
  }

  static runOf(date: object): Holding | undefined {
    return #run in date ? date.#run : undefined;
  }
}

/**
 * What a work function is told. Its fields are its own, so that it can be copied, logged and cloned; the payload is not
 * among them. The signals are no fields: most work functions never look at them, they are dear, and no clone could have them.
 * A proxy, or an object made from this one, has the fields but no private ones: there it is found by the date.
 *
 * Measured: a fifth of a microsecond for a job. A hidden property in place of the date's secret costs as much again.
 */
export class RunMetadata implements JobMetadata {
  readonly jobId: string;
  readonly jobName: string;
  readonly channel: string;
  readonly jobGroup: string;
  readonly attempt: number;
  readonly numAttempts: number;
  readonly priority: number;
  readonly headers: JobHeaders;
  readonly enqueuedAt: Date;
  readonly workerId: string;
  readonly #run: Holding;

  constructor(job: ClaimedJob, workerId: string, run: Holding) {
    this.jobId = job.id;
    this.jobName = job.name;
    this.channel = job.channel;
    this.jobGroup = job.jobGroup ?? ownGroup(job.id);
    this.attempt = job.attempt;
    this.numAttempts = job.numAttempts;
    this.priority = job.priority;
    this.headers = run.extras.headers;
    this.enqueuedAt = new Date(job.enqueuedAtMs);
    this.workerId = workerId;
    this.#run = run;
    new DateOfRun(this.enqueuedAt, run);
  }

  get signal(): AbortSignal {
    return RunMetadata.#runOf(this, 'signal').signal;
  }

  get stopping(): AbortSignal {
    return RunMetadata.#runOf(this, 'stopping').stopping;
  }

  static #runOf(object: RunMetadata, what: string): Holding {
    const run = #run in object ? object.#run : DateOfRun.runOf((object as RunMetadata).enqueuedAt);
    if (run === undefined) throw new TypeError(`${what} is only in the metadata that a work function was given`);
    return run;
  }
}

/**
 * The group of a job that was given none: in form a version 4 UUID. It is made of the random and the other digits of the
 * job's id, so that it is the same for every attempt without being stored, and no other job has it.
 */
function ownGroup(id: string): string {
  return `${id.slice(28)}${id.slice(8, 14)}4${id.slice(15, 28)}${id.slice(0, 8)}`;
}
