import { InvalidOptionError } from '../../errors.ts';
import { type Check, checkOptions, numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { type GroupRecord, listGroups } from '../../statements/list-groups.ts';
import { groupCheck } from './jobs-options.ts';

/** How a page of groups is asked for. */
export interface GroupPageOptions {
  /**
   * How many groups the page has at most.
   *
   * @defaultValue 100
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
  /** The `next` of the page before: groups come in the order of their names. */
  readonly after?: string;
}

/** A page of groups. */
export interface GroupPage {
  readonly groups: readonly GroupRecord[];
  /** Where the next page begins; `null` where there is nothing more. */
  readonly next: string | null;
}

const pageChecks: Readonly<Record<keyof GroupPageOptions, Check>> = {
  limit: numberIn(1, 1_000, 'groups', 'whole'),
  after: groupCheck,
};

/** The job groups of a context's schema, to be looked at: who holds them, and what waits. `context.groups` is one. */
export class Groups {
  readonly #services: Pick<Services, 'driver' | 'tables' | 'checkSchema'>;

  constructor(services: Services) {
    this.#services = services;
  }

  /**
   * A group; `null` where nothing waits for it and nothing of it ran lately.
   *
   * @throws InvalidOptionError for what is no name of a group.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async get(jobGroup: string): Promise<GroupRecord | null> {
    const problem = groupCheck(jobGroup);
    if (problem !== undefined) throw new InvalidOptionError('groups.get', problem);
    const { driver, tables, checkSchema } = this.#services;
    await checkSchema();
    return (await listGroups(driver, tables, { after: '', limit: 1, name: jobGroup }))[0] ?? null;
  }

  /**
   * A page of the groups that have jobs which wait, or had some that ran lately, in the order of their names.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async list(options: GroupPageOptions = {}): Promise<GroupPage> {
    const { limit = 100, after = '' } = checkOptions('groups.list', options, pageChecks);
    const { driver, tables, checkSchema } = this.#services;
    await checkSchema();
    const found = await listGroups(driver, tables, { after, limit: limit + 1, name: null });
    const groups = found.slice(0, limit);
    return { groups, next: found.length > limit ? (groups.at(-1)?.jobGroup ?? null) : null };
  }
}
