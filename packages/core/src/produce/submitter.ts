import type { Driver, SqlSession } from '../driver/index.ts';
import { DuplicateJobError } from '../errors.ts';
import type { KeyedJob, SubmitOutcome } from '../model/unique.ts';
import { KeyedTurns } from '../runtime/keyed-turns.ts';
import type { Tables } from '../schema/index.ts';
import { enqueueUnique, type KeyedOutcome } from '../statements/enqueue-unique.ts';
import { releaseSavepoint, rollBackToSavepoint, setSavepoint } from '../statements/savepoint.ts';
import { batchesOf } from './batches.ts';
import type { Enqueuer } from './enqueuer.ts';

export interface SubmitterOptions {
  readonly driver: Driver;
  readonly tables: Tables;
  readonly enqueuer: Pick<Enqueuer, 'announce' | 'announceIn'>;
}

export interface ManyOptions {
  /** Whether one that meets a held key is refused, and with it all. */
  readonly mayRefuse: boolean;
}

/**
 * The most statements of single jobs at a time. One whose key somebody has just enqueued in a transaction waits for the end of
 * that, on a connection of the program's pool; settles and claims need the others.
 */
const MAX_IN_FLIGHT = 4;

/**
 * Enqueues jobs of which some have unique keys, and tells what became of each. The `Enqueuer`'s way is for the others: there
 * calls share a statement, which would here have all of them wait for whoever holds one key.
 */
export class Submitter {
  readonly #options: SubmitterOptions;
  readonly #turns = new KeyedTurns(MAX_IN_FLIGHT);

  constructor(options: SubmitterOptions) {
    this.#options = options;
  }

  /** Resolves once it is committed. @throws DuplicateJobError */
  async submit(job: KeyedJob): Promise<SubmitOutcome> {
    const { driver } = this.#options;
    const turn = JSON.stringify([job.name, job.unique?.key]);
    const outcomes = await this.#turns.take(turn, () => this.#submitBatch(driver, [job]));
    await this.#announce(outcomes);
    return outcomes[0] ?? { jobId: job.id, outcome: 'enqueued' };
  }

  /** Enqueues all or none, in their order. Resolves once they are committed. @throws DuplicateJobError */
  async submitMany(jobs: Iterable<KeyedJob>, { mayRefuse }: ManyOptions): Promise<readonly SubmitOutcome[]> {
    const { driver } = this.#options;
    const batches = batchesOf(jobs);
    const [first, second] = [batches.next(), batches.next()];
    if (first.done === true) return [];
    // One statement is a transaction by itself.
    const isOne = second.done === true && !mayRefuse;
    const outcomes = isOne
      ? await this.#submitBatch(driver, first.value)
      : await driver.transaction(async (tx) => {
          const all = [await this.#submitBatch(tx, first.value)];
          if (second.done !== true) all.push(await this.#submitBatch(tx, second.value));
          for (const batch of batches) all.push(await this.#submitBatch(tx, batch));
          return all.flat();
        });
    await this.#announce(outcomes);
    return outcomes;
  }

  /**
   * Within the caller's own transaction, which goes on where a job is refused: what was done by then is undone.
   *
   * @throws DuplicateJobError
   */
  async submitIn(
    tx: SqlSession,
    jobs: Iterable<KeyedJob>,
    { mayRefuse }: ManyOptions,
  ): Promise<readonly SubmitOutcome[]> {
    const { tables, enqueuer } = this.#options;
    const outcomes: (readonly SubmitOutcome[])[] = [];
    if (mayRefuse) await setSavepoint(tx, tables, null);
    try {
      for (const batch of batchesOf(jobs)) outcomes.push(await this.#submitBatch(tx, batch));
    } catch (error) {
      if (mayRefuse && error instanceof DuplicateJobError) {
        await rollBackToSavepoint(tx, tables, null);
        await releaseSavepoint(tx, tables, null);
      }
      throw error; // the server's own have aborted the transaction
    }
    if (mayRefuse) await releaseSavepoint(tx, tables, null);
    await enqueuer.announceIn(tx);
    return outcomes.flat();
  }

  async #submitBatch(session: SqlSession, batch: readonly KeyedJob[]): Promise<readonly SubmitOutcome[]> {
    return told(batch, await enqueueUnique(session, this.#options.tables, batch));
  }

  async #announce(outcomes: readonly SubmitOutcome[]): Promise<void> {
    if (outcomes.some(({ outcome }) => outcome === 'enqueued' || outcome === 'restarted')) {
      await this.#options.enqueuer.announce();
    }
  }
}

/** @throws DuplicateJobError for the first that was refused. */
function told(jobs: readonly KeyedJob[], outcomes: readonly KeyedOutcome[]): readonly SubmitOutcome[] {
  return outcomes.map(({ jobId, outcome }, nth) => {
    if (outcome !== 'refused') return { jobId, outcome };
    const { name = '', unique = null } = jobs[nth] ?? {};
    throw new DuplicateJobError(name, jobId, unique?.key ?? '');
  });
}
