import { released } from '../../model/outcome.ts';
import { Daemon } from '../../runtime/daemon.ts';
import { daemonOptions } from '../../services/daemon-options.ts';
import type { Services } from '../../services/services.ts';
import type { SettleResult } from '../../statements/settle.ts';
import type { Holding } from '../holding.ts';
import { BatchLimit } from './batch-limit.ts';
import { Consequences, type ConsequencesOptions } from './consequences.ts';
import { RefusedOutcomes } from './refused-outcomes.ts';
import { dividedAt, firstOfOneLease, type SettleBatch, type Settlement, type Start, sizeOf } from './settle-batch.ts';
import { failureOf, isOfAll } from './settle-failure.ts';
import { SettleSender } from './settle-sender.ts';
import { START_GRACE_MS, StartMarks } from './start-marks.ts';

export interface SettlerOptions extends ConsequencesOptions {
  readonly services: Services;
}

type Reject = (reason: unknown) => void;

/** After so many refusals an outcome is given up: some 14 s; and after so many, 0.2 s, where a `stop()` waits for it. */
const MAX_REFUSALS = 5;
const MAX_REFUSALS_AWAITED = 2;

/**
 * Records outcomes in batches: while one statement is in flight the next batch gathers. A statement that fails is sent
 * again, the job never run again for it: settles are fenced, so a second copy changes nothing.
 *
 * A batch that is refused is halved until it is known what cannot be recorded; that is tried again by itself, now and
 * then, while the others go on, and given up in the end. Of one that takes too long, less is sent at a time.
 */
export class Settler extends Daemon {
  readonly #options: SettlerOptions;
  readonly #sender: SettleSender;
  readonly #consequences: Consequences;
  readonly #started = new StartMarks();
  readonly #refused = new RefusedOutcomes<Settlement>();
  #queue: Settlement[] = [];
  /** Parts of the batch under way, the next one last. */
  #parts: SettleBatch[] = [];
  readonly #limit = new BatchLimit();
  /** Passes in which something was refused, since all was well. */
  #refusedPasses = 0;
  #waiters: { readonly left: Set<Settlement>; readonly resolve: () => void; readonly reject: Reject }[] = [];
  /** Why nothing is recorded any more. */
  #end: { readonly reason: unknown } | undefined;

  constructor(options: SettlerOptions) {
    super({ name: 'settler', ...daemonOptions(options.services) });
    this.#options = options;
    this.#sender = new SettleSender(options.services);
    this.#consequences = new Consequences(options);
  }

  /** How many more jobs may be claimed; from 0 on none. */
  get room(): number {
    const waiting = this.#parts.reduce((sum, { outcomes }) => sum + outcomes.length, this.#queue.length);
    return this.#limit.roomBeside(waiting, this.#refused.size);
  }

  record(settlement: Settlement): void {
    settlement.holding.phase = 'settling';
    this.#queue.push(settlement);
    this.wake();
  }

  /** The claim is known to be lost, and nothing is to be recorded. */
  drop(settlement: Settlement): void {
    this.#consequences.lost(settlement);
  }

  /** A job that was claimed ahead has started: unless it is over in a moment, its attempt is recorded as spent. */
  markStarted(holding: Holding): void {
    if (this.#started.note(holding)) this.wake();
  }

  /** Records that the attempt of a job that was claimed ahead is spent. Resolves to whether it may run. */
  async recordStart(holding: Holding, workerId: string): Promise<boolean> {
    const result = await new Promise<Parameters<NonNullable<Start['onRecorded']>>[0]>((onRecorded) => {
      if (this.#end !== undefined) onRecorded('lost');
      this.#started.add({ holding, dueAt: -Infinity, onRecorded });
      this.wake();
    });
    if (result === 'recorded') return true;
    const settlement: Settlement = { holding, outcome: released(holding.job), workerId, durationMs: 0 };
    holding.phase = 'settling'; // it will not be started
    if (result === 'lost') this.drop(settlement);
    else this.#consequences.givenUp(settlement, result.refusal);
    return false;
  }

  /**
   * Resolves once everything added so far is committed or given up, whatever is added meanwhile; rejects with the reason
   * when nothing can be committed any more.
   */
  async flushed(): Promise<void> {
    const left = new Set([...this.#parts.flatMap(({ outcomes }) => outcomes), ...this.#queue, ...this.#refused.all()]);
    if (left.size === 0) return;
    if (this.#end !== undefined) throw this.#end.reason;
    this.#refused.hurry(left, this.clock.now());
    this.wake();
    await new Promise<void>((resolve, reject) => this.#waiters.push({ left, resolve, reject }));
  }

  protected override ended(reason: unknown): void {
    this.#end = { reason };
    for (const { reject } of this.#waiters.splice(0)) reject(reason);
    for (const { onRecorded } of this.#started.others) onRecorded?.('lost');
  }

  protected override async tick(): Promise<number> {
    const again = firstOfOneLease(this.#refused.due(this.clock.now()), this.#limit.size);
    const [first] = again;
    if (first !== undefined)
      await this.#settle({ processId: first.outcome.job.processId, outcomes: again, started: [] });
    const batch = this.#nextBatch();
    if (batch !== null) await this.#settle(batch);
    if (this.#queue.length > 0) return 0;
    const now = this.clock.now();
    return Math.min(this.#started.untilDue(now), this.#refused.untilDue(now));
  }

  #nextBatch(): SettleBatch | null {
    const processId = this.#queue[0]?.outcome.job.processId ?? this.#started.processId;
    if (processId === undefined) return null;
    const outcomes = firstOfOneLease(this.#queue, this.#limit.size);
    this.#queue.splice(0, outcomes.length);
    const started = this.#started.takeDue(processId, this.clock.now());
    return outcomes.length + started.length === 0 ? null : { processId, outcomes, started };
  }

  /** Settles all of a batch but what is set aside. What is left of it when it rejects waits for the next pass. */
  async #settle(batch: SettleBatch): Promise<void> {
    this.#parts = [batch];
    let refusal: { readonly error: unknown } | null = null;
    try {
      for (let part = this.#parts.at(-1); part !== undefined; part = this.#parts.at(-1)) {
        const error = await this.#settlePart(part);
        if (error !== null) refusal ??= { error };
      }
    } catch (error) {
      this.#putBack(this.#parts);
      throw error;
    } finally {
      this.#parts = [];
    }
    // The pass has not failed, and the next one does not wait.
    if (refusal !== null) {
      this.#refusedPasses += 1;
      this.#options.services.reportError('settler', refusal.error, this.#refusedPasses);
    } else if (this.#refused.size === 0) {
      this.#refusedPasses = 0;
    }
  }

  /** Settles the last part, or divides it, or sets it aside. Resolves to what it was refused for, if it was. */
  async #settlePart(part: SettleBatch): Promise<unknown> {
    try {
      this.#accept(part, await this.#sender.send(part));
    } catch (error) {
      const failure = failureOf(error);
      const size = sizeOf(part);
      if (failure === 'away') {
        this.#limit.halve(size);
        throw error;
      }
      if (failure === 'too much') this.#limit.wasTooMuch(size);
      if (size > 1) {
        const [first, rest] = dividedAt(part, failure === 'refused' ? Math.ceil(size / 2) : this.#limit.size);
        this.#parts.splice(-1, 1, ...(failure === 'refused' ? [rest, first] : [first]));
        // What is left of too much has its turn in the next passes, as much at a time as gets through.
        if (failure === 'too much') this.#queueAgain(rest);
      } else {
        const plainer = failure === 'too much' ? null : await this.#sender.sendPlainer(part, error);
        if (plainer === null) await this.#setAside(part, error);
        else this.#accept(part, plainer);
        this.#parts.pop();
      }
      return error;
    }
    this.#parts.pop();
    this.#limit.passed(sizeOf(part));
    return null;
  }

  #accept(batch: SettleBatch, result: SettleResult): void {
    this.#consequences.settled(batch, result);
    if (this.#refused.size > 0) for (const settlement of batch.outcomes) this.#refused.delete(settlement);
    this.#resolveWaiters(batch.outcomes);
  }

  /** Leaves the one outcome or start of a part for later, or gives it up. */
  async #setAside({ outcomes, started }: SettleBatch, error: unknown): Promise<void> {
    const isTooMuch = failureOf(error) === 'too much';
    const now = this.clock.now();
    for (const start of started) {
      if (isTooMuch) this.#started.add({ ...start, dueAt: now + START_GRACE_MS });
      else start.onRecorded?.({ refusal: error }); // if nobody waits for it, the outcome will say it all
    }
    for (const settlement of outcomes) {
      const refusals = this.#refused.note(settlement, now);
      const isAwaited = this.#waiters.some(({ left }) => left.has(settlement));
      if (isAwaited && refusals >= (isTooMuch ? MAX_REFUSALS : MAX_REFUSALS_AWAITED))
        await this.#giveUp(settlement, error);
      else if (refusals >= MAX_REFUSALS && !isTooMuch && !isOfAll(error)) await this.#giveUp(settlement, error);
    }
  }

  async #giveUp(settlement: Settlement, error: unknown): Promise<void> {
    const { services } = this.#options;
    // What may keep that from being written was told of already.
    await this.#sender
      .noteUnrecorded(settlement.outcome.job, error)
      .catch((failure: unknown) => services.reportError('settler', failure, 1));
    this.#refused.delete(settlement);
    this.#consequences.givenUp(settlement, error);
    this.#resolveWaiters([settlement]);
  }

  #resolveWaiters(over: readonly Settlement[]): void {
    this.#waiters = this.#waiters.filter(({ left, resolve }) => {
      for (const settlement of over) left.delete(settlement);
      if (left.size === 0) resolve();
      return left.size > 0;
    });
  }

  /** Keeps what could not be settled, in its order; but one that was alone goes behind the others. */
  #putBack(parts: readonly SettleBatch[]): void {
    const [next] = parts.slice(-1);
    const isAlone = next?.outcomes.length === 1;
    for (const part of isAlone ? parts.slice(0, -1) : parts) this.#queueAgain(part);
    if (next !== undefined && isAlone) this.#queueAgain(next, 'last');
  }

  /** For one of the next passes. What is set aside comes again by itself. */
  #queueAgain({ outcomes, started }: SettleBatch, place: 'first' | 'last' = 'first'): void {
    const setAside = new Set(this.#refused.all());
    const queued = outcomes.filter((settlement) => !setAside.has(settlement));
    this.#queue = place === 'first' ? [...queued, ...this.#queue] : [...this.#queue, ...queued];
    for (const start of started) this.#started.add({ ...start, dueAt: -Infinity });
  }
}
