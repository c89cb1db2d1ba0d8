import type { ClaimedJob } from '../../model/job.ts';
import { plainerTexts, unrecordedText, withErrorText } from '../../model/outcome.ts';
import type { Services } from '../../services/services.ts';
import { type Finalized, type SettleInput, type SettleResult, settle } from '../../statements/settle.ts';
import type { SettleBatch } from './settle-batch.ts';
import { failureOf, isInHistory, isNotInEncoding } from './settle-failure.ts';

/** Sends settles, and once more where it is known how to go round what one was refused for. */
export class SettleSender {
  readonly #services: Services;
  readonly #kept: Readonly<Record<'finalized' | 'failed', 'keep' | 'delete'>>;
  /** Which characters an error text may have: only those of ASCII, once the database could not store another. */
  #characters: 'all' | 'ascii' = 'all';

  constructor(services: Services) {
    this.#services = services;
    const { jobPostFinalizeDeleteSecs, jobPostFailDeleteSecs } = services.settings;
    this.#kept = {
      finalized: jobPostFinalizeDeleteSecs > 0 ? 'keep' : 'delete',
      failed: jobPostFailDeleteSecs > 0 ? 'keep' : 'delete',
    };
  }

  /** @param errorText in place of that of the outcomes. */
  async send(batch: SettleBatch, errorText?: string): Promise<SettleResult> {
    try {
      return await this.#sendAs(batch, 'as it is', errorText);
    } catch (error) {
      if (isInHistory(error)) {
        this.#services.warn(REPLACED_WARNING, error);
        return await this.#sendAs(batch, 'replace', errorText);
      }
      if (this.#characters === 'ascii' || !isNotInEncoding(error)) throw error;
      this.#characters = 'ascii';
      return await this.#sendAs(batch, 'as it is', errorText);
    }
  }

  /** Sends one outcome with another error text, for what is refused may be but that; `null` when it is not. */
  async sendPlainer(batch: SettleBatch, refusal: unknown): Promise<SettleResult | null> {
    const outcome = batch.outcomes[0]?.outcome;
    if (outcome === undefined || outcome.kind === 'succeeded' || outcome.errorText === null) return null;
    for (const text of plainerTexts(outcome.errorText, refusal)) {
      try {
        return await this.send(batch, text);
      } catch (error) {
        if (failureOf(error) === 'away') throw error;
      }
    }
    return null;
  }

  /** Notes with a running job that it has ended and cannot be recorded, for who looks into the database. */
  async noteUnrecorded(job: ClaimedJob, refusal: unknown): Promise<void> {
    const unrecorded = { job, errorText: unrecordedText(job, refusal) };
    await this.#run({ processId: job.processId, outcomes: [], started: [], unrecorded, finalized: 'keep' });
  }

  #sendAs(batch: SettleBatch, history: 'as it is' | 'replace', errorText?: string): Promise<SettleResult> {
    const { processId, outcomes, started } = batch;
    const { finalized, failed } = this.#kept;
    const put = (kept: 'keep' | 'delete'): Finalized => (kept === 'keep' && history === 'replace' ? 'replace' : kept);
    const isAsItIs = errorText === undefined && this.#characters === 'all';
    return this.#run({
      processId,
      outcomes: outcomes.map(({ outcome }) =>
        isAsItIs ? outcome : withErrorText(outcome, errorText, this.#characters),
      ),
      started: started.map(({ holding }) => holding.job),
      finalized: put(finalized),
      failed: put(failed),
    });
  }

  #run(input: SettleInput): Promise<SettleResult> {
    return settle(this.#services.driver, this.#services.tables, input);
  }
}

const REPLACED_WARNING =
  'a job had the id of one in history: it was put back by hand, with its id. Its run has replaced the earlier one in ' +
  'finalized_job';
