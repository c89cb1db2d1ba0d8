import type { JobHeaders } from '../../model/extras.ts';
import type { ClaimedJob } from '../../model/job.ts';
import { groupOf } from '../../model/own-group.ts';
import type { JobTick } from '../../model/schedule/rule.ts';
import type { JobMetadata } from '../../services/job-metadata.ts';
import type { Holding, OwnTools } from '../holding.ts';

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
 * among them. The signals and the functions are no fields: most work functions never look at them, they are dear, and no clone could have them.
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
  /** A field of those jobs only that have one: `declare` makes none. */
  declare readonly tick?: JobTick;
  readonly #run: Holding;

  constructor(job: ClaimedJob, workerId: string, run: Holding) {
    this.jobId = job.id;
    this.jobName = job.name;
    this.channel = job.channel;
    this.jobGroup = groupOf(job);
    this.attempt = job.attempt;
    this.numAttempts = job.numAttempts;
    this.priority = job.priority;
    this.headers = run.extras.headers;
    this.enqueuedAt = new Date(job.enqueuedAtMs);
    this.workerId = workerId;
    if (run.extras.tick !== undefined) this.tick = run.extras.tick;
    this.#run = run;
    new DateOfRun(this.enqueuedAt, run);
  }

  get signal(): AbortSignal {
    return RunMetadata.#runOf(this, 'signal').signal;
  }

  get stopping(): AbortSignal {
    return RunMetadata.#runOf(this, 'stopping').stopping;
  }

  get completeIn(): JobMetadata['completeIn'] {
    const run = RunMetadata.#runOf(this, 'completeIn');
    return async (tx, result) => await toolsOf(run).completeIn(run, tx, result);
  }

  get enqueueOnSuccess(): JobMetadata['enqueueOnSuccess'] {
    const run = RunMetadata.#runOf(this, 'enqueueOnSuccess');
    return (definition, ...[payload, options]) => toolsOf(run).enqueueOnSuccess(run, definition, payload, options);
  }

  get progress(): JobMetadata['progress'] {
    const run = RunMetadata.#runOf(this, 'progress');
    return (value) => toolsOf(run).progress(run, value);
  }

  get log(): JobMetadata['log'] {
    const run = RunMetadata.#runOf(this, 'log');
    return (line) => toolsOf(run).log(run, line);
  }

  static #runOf(object: RunMetadata, what: string): Holding {
    const run = #run in object ? object.#run : DateOfRun.runOf((object as RunMetadata).enqueuedAt);
    if (run === undefined) throw new TypeError(`${what} is only in the metadata that a work function was given`);
    return run;
  }
}

function toolsOf({ tools }: Holding): OwnTools {
  if (tools === undefined) throw new TypeError('a run has tools from its start on');
  return tools;
}
