import { hasSqlState, type SqlSession } from '../../driver/index.ts';
import type { EnqueueOverrides } from '../../enqueue-overrides.ts';
import { InvalidOptionError, LeaseLostError } from '../../errors.ts';
import { isSession } from '../../options/is-session.ts';
import { registeredJobOf } from '../../services/definitions.ts';
import type { Services } from '../../services/services.ts';
import { CLAIM_LOST, complete } from '../../statements/complete.ts';
import type { Holding } from '../holding.ts';
import type { JobReporter } from '../job-reporter.ts';
import { resultTextOf } from './result-text.ts';

/** Who writes down what runs say of themselves. */
type Reports = Pick<JobReporter, 'noteProgress' | 'noteLine'>;

/** What a work function can do about its own job, beside returning and throwing. One for all runs of a process. */
export class RunTools {
  readonly #services: Services;

  readonly #reports: Reports;

  constructor(services: Services, reports: Reports) {
    this.#reports = reports;
    this.#services = services;
  }

  /** See `JobMetadata.completeIn`. */
  async completeIn(run: Holding, tx: SqlSession, result?: unknown): Promise<void> {
    const problem = isSession(tx);
    if (problem !== undefined) throw new InvalidOptionError('metadata.completeIn.tx', problem);
    assertRunning(run);
    const { ending, job } = run;
    const keepsResult = this.#services.registry.get(job.name)?.keepsResult === true;
    if (result !== undefined && !keepsResult) throw new InvalidOptionError('metadata.completeIn.result', NOT_KEPT);
    const resultText = resultTextOf(job.id, result);
    // Before anything is waited for: from now on the outcome is recorded in the way that asks whether this was committed.
    ending.isCompletedInside = true;
    await ending.ready();
    const { tables, settings, enqueuer } = this.#services;
    const isKept = settings.jobPostFinalizeDeleteSecs > 0 || keepsResult || run.extras.isAwaited;
    const isFirst = await complete(tx, tables, { job, isKept, resultText }).catch((error: unknown) => {
      if (!hasSqlState(error, CLAIM_LOST)) throw error;
      throw new LeaseLostError(job.id, LOST, { cause: error });
    });
    const { followUps } = ending;
    if (isFirst && followUps.length > 0) await enqueuer.insertIn(tx, followUps);
  }

  /** See `JobMetadata.progress`. */
  progress(run: Holding, value: unknown): void {
    this.#reports.noteProgress(run, value);
  }

  /** See `JobMetadata.log`. */
  log(run: Holding, line: unknown): void {
    this.#reports.noteLine(run, line);
  }

  /** See `JobMetadata.enqueueOnSuccess`. */
  enqueueOnSuccess(
    run: Holding,
    definition: unknown,
    payload: unknown = null,
    overrides: EnqueueOverrides = {},
  ): Promise<string> {
    const owner = 'metadata.enqueueOnSuccess';
    return run.ending.keep(async () => {
      assertRunning(run);
      return await registeredJobOf(owner, definition).draft(this.#services, owner, payload, overrides);
    });
  }
}

/** What a run does whose outcome is known already, or which was made again by another, would be of no job. */
function assertRunning(run: Holding): void {
  if (run.isForsaken) throw new LeaseLostError(run.job.id);
  if (run.phase !== 'running') throw new LeaseLostError(run.job.id, OVER);
}

const NOT_KEPT = "is given, and its definition keeps no results: give it result: 'keep'";
const LOST = 'was lost, and it may run elsewhere: nothing of this transaction can be committed';
const OVER = 'is over: its run has ended, or was given up';
