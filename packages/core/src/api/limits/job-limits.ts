import type { LimitRecord, Limits, LimitTarget } from '../../model/job-limits.ts';
import { setLimits } from '../../services/limit-writer.ts';
import type { Services } from '../../services/services.ts';
import { getLimits, listLimits, type StoredLimits } from '../../statements/limits.ts';
import { isMissing } from '../../statements/read-schema-version.ts';
import { checkLimits, type LimitPageOptions, resolvePage, storedTarget, targetOf, textOf } from './limits-options.ts';

/** A part of all limits. */
export interface LimitPage {
  /** Channels first, then groups, then names, each in the order of their bytes. */
  readonly limits: readonly LimitRecord[];
  /** Where the next page begins, for its `after`; `null`: this was the last. */
  readonly next: string | null;
}

/**
 * What jobs may do at most, in all processes together: of a channel, of a name, or of a group. To be set while workers
 * run; what is set here goes before what a definition says, until it is set to `null`.
 *
 * @example
 * await context.limits.set({ jobName: 'CALL_API' }, { rateLimit: { max: 10, perSecs: 1 } })
 */
export class JobLimits {
  readonly #services: Services;

  /** Made by the context. */
  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * Sets all limits of one target, in place of those that it had: one that is left out is none. `null` takes them away,
   * those of a definition too; a definition's come back when it is registered again.
   *
   * Once this has resolved, no job starts beyond them. Jobs that run then are counted, and none is ended.
   *
   * @throws InvalidOptionError for a target or a limit that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError when the database has not been migrated.
   * @throws DatabaseError when the database refuses, or cannot be asked.
   */
  async set(target: LimitTarget, limits: Limits | null): Promise<void> {
    const stored = storedTarget('limits.set', target);
    const checked = checkLimits('limits.set', stored, limits);
    await this.#ask(() => setLimits(this.#services, stored, checked));
  }

  /**
   * The limits of one target: what counts, whoever set it; `null` where there are none.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError likewise.
   */
  async get(target: LimitTarget): Promise<LimitRecord | null> {
    const stored = storedTarget('limits.get', target);
    const { driver, tables } = this.#services;
    const found = await this.#ask(() => getLimits(driver, tables, stored));
    return found === null ? null : recordOf(found);
  }

  /**
   * All limits there are, a page at a time.
   *
   * @throws InvalidOptionError, SchemaVersionError, DatabaseError likewise.
   */
  async list(page: LimitPageOptions = {}): Promise<LimitPage> {
    const { limit, after } = resolvePage('limits.list', page);
    const { driver, tables } = this.#services;
    const found = await this.#ask(() => listLimits(driver, tables, { limit: limit + 1, after }));
    const last = found[limit - 1];
    return {
      limits: found.slice(0, limit).map(recordOf),
      next: found.length > limit && last !== undefined ? textOf(last) : null,
    };
  }

  async #ask<T>(send: () => Promise<T>): Promise<T> {
    const { checkSchema, whyMissing } = this.#services;
    await checkSchema();
    try {
      return await send();
    } catch (error) {
      throw isMissing(error) ? await whyMissing(error) : error;
    }
  }
}

function recordOf({ limits, origin, ...target }: StoredLimits): LimitRecord {
  return { ...targetOf(target), ...limits, origin };
}
