import { v4 as uuidv4 } from 'uuid';
import { isOfClosedClient } from '../driver/database-error.ts';
import { hasSqlState, SQL_STATES } from '../driver/index.ts';
import type { ClaimedJob, Outcome } from '../model/job.ts';
import type { LaneCounts, LaneOutcome } from '../model/lane-counts.ts';
import type { Clock } from '../runtime/clock.ts';
import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { readServerTime, recordStats } from '../statements/record-stats.ts';
import type { Settlement } from './settle/settle-batch.ts';
import { StatsMinutes } from './stats-minutes.ts';

export interface StatsKeeperOptions {
  readonly services: Services;
  readonly clock: Clock;
}

/**
 * Counts what becomes of the jobs of this process, and writes it down now and then: rows of its own, in absolute numbers.
 * A job costs two look-ups and some additions, and no settle waits for any of it; where nothing happens, nothing is sent.
 */
export class StatsKeeper extends Daemon {
  readonly #services: Services;
  /** Not the lease's: that may be lost, and another taken out, in the middle of a minute. */
  readonly #keeperId = uuidv4();
  readonly #minutes: StatsMinutes;
  readonly #everyMs: number;
  #rev = 0;
  /** When to write next, by this process's clock; `Infinity` while there is nothing to write. */
  #dueAt = Infinity;
  #isOver = false;

  constructor({ services, clock }: StatsKeeperOptions) {
    super({ name: 'stats-keeper', ...daemonOptions(services), clock });
    this.#services = services;
    this.#everyMs = services.settings.statsSecs * 1000;
    this.#minutes = new StatsMinutes((message) => services.warn(message));
  }

  noteStart({ channel, name, waitedMs }: ClaimedJob, now: number): void {
    this.#countsOf(channel, name, now)?.start(waitedMs);
  }

  /** The outcome is committed, as it was said or as another: a job that was cancelled meanwhile. */
  noteEnd({ outcome, durationMs, holding }: Settlement, became: LaneOutcome = kindOf(outcome)): void {
    const { channel, name } = outcome.job;
    const ranMs = holding.by === undefined ? null : durationMs;
    this.#countsOf(channel, name, this.clock.now())?.end(became, ranMs);
  }

  /** The claim was lost, and with it the outcome. */
  noteLoss({ outcome }: Settlement): void {
    const { channel, name } = outcome.job;
    this.#countsOf(channel, name, this.clock.now())?.end('lost', null);
  }

  /** Writes what is left, once. What cannot be written then is lost: nobody is to wait for figures. */
  override async stop(): Promise<void> {
    await super.stop();
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#write().catch((error: unknown) => {
      if (!isOfClosedClient(error) && !isForbidden(error)) this.#services.reportError('stats-keeper', error, 1);
    });
  }

  protected override async tick(): Promise<number> {
    if (this.#isOver) return Infinity;
    const waitMs = this.#dueAt - this.clock.now();
    if (waitMs > 0) return waitMs;
    this.#dueAt = this.clock.now() + this.#everyMs;
    try {
      await this.#write();
    } catch (error) {
      if (!isForbidden(error)) throw error;
      this.#isOver = true;
      this.#services.warn(FORBIDDEN_WARNING, error);
    }
    if (!this.#minutes.hasNews) this.#dueAt = Infinity;
    return this.#dueAt - this.clock.now();
  }

  protected override ended(): void {
    this.#isOver = true;
  }

  #countsOf(channel: string, name: string, now: number): LaneCounts | undefined {
    if (this.#isOver) return undefined;
    if (this.#dueAt === Infinity) {
      this.#dueAt = now + this.#everyMs;
      this.wake();
    }
    return this.#minutes.countsOf(channel, name, now);
  }

  async #write(): Promise<void> {
    const { driver, tables } = this.#services;
    const minutes = this.#minutes;
    if (!minutes.hasNews) return;
    if (!minutes.knowsTime) minutes.setTime(await readServerTime(driver, tables, null), this.clock.now());
    const news = minutes.takeNews();
    this.#rev += 1;
    const serverMs = await recordStats(driver, tables, {
      keeperId: this.#keeperId,
      rev: this.#rev,
      minutes: news.rows,
    });
    news.written();
    minutes.setTime(serverMs, this.clock.now());
  }
}

function kindOf(outcome: Outcome): LaneOutcome {
  if (outcome.kind !== 'waiting') return outcome.kind;
  if (outcome.isSnooze) return 'snoozed';
  return outcome.errorText === null ? 'released' : 'retried';
}

function isForbidden(error: unknown): boolean {
  return hasSqlState(error, SQL_STATES.insufficientPrivilege);
}

const FORBIDDEN_WARNING =
  'this role may not write what it counts of jobs, so context.stats, context.lanes and metrics leave out this process: run ' +
  'the SQL of generateGrantSql again for it, or set statsSecs: 0';
