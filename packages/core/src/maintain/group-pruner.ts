import { Daemon } from '../runtime/daemon.ts';
import { daemonOptions } from '../services/daemon-options.ts';
import type { Services } from '../services/services.ts';
import { pruneGroups } from '../statements/maintain.ts';

export interface GroupPrunerOptions {
  readonly services: Services;
  readonly intervalMs: number;
  /** There are unique keys. */
  readonly onKeys: () => void;
  /** Jobs have said something of themselves. */
  readonly onReports: () => void;
}

/** Small pages: no lock is held for long, and a crash in the middle loses nothing. */
const PAGE = 1_000;

/** Deletes groups that no unfinalized job is in, a page of names at a time. */
export class GroupPruner extends Daemon {
  readonly #options: GroupPrunerOptions;
  #after = '';

  constructor(options: GroupPrunerOptions) {
    super({ name: 'group-pruner', ...daemonOptions(options.services) });
    this.#options = options;
  }

  protected override async tick(): Promise<number> {
    const { services, intervalMs, onKeys, onReports } = this.#options;
    const { driver, tables, events } = services;
    await services.checkSchema();
    const page = await pruneGroups(driver, tables, { after: this.#after, limit: PAGE });
    const { groups, next, seen } = page;
    if (page.hasKeys) onKeys();
    if (page.hasReports) onReports();
    const isLastPage = seen < PAGE;
    this.#after = isLastPage ? '' : next;
    for (const jobGroup of groups) events.emit({ eventType: 'ORCHESTRATOR_JOB_GROUP_DELETE', jobGroup });
    // Where a page gave much, the next one may; where it gave little, its groups are in use.
    return !isLastPage && groups.length > PAGE / 10 ? 0 : intervalMs;
  }
}
