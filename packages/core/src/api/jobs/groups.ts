import { InvalidOptionError } from '../../errors.ts';
import { MAX_GROUP_BYTES } from '../../model/limits.ts';
import { type Check, checkOptions, nameOf, numberIn, oneOf } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import {
  type FindGroupsInput,
  findGroupsByBacklog,
  findGroupsByHold,
  findGroupsByName,
} from '../../statements/find-groups.ts';
import { type GroupRecord, readGroups } from '../../statements/read-groups.ts';
import { groupCheck } from './jobs-options.ts';

/**
 * What comes first in a page of groups: `name`: in the order of their names; `waiting`: the one in which the most jobs wait;
 * `oldest`: the one whose first job has been enqueued before the others'; `held`: the one that a job has held the longest.
 */
export type GroupOrder = 'name' | 'waiting' | 'oldest' | 'held';

/** How a page of groups is asked for. */
export interface GroupPageOptions {
  /**
   * How many groups the page has at most.
   *
   * @defaultValue 100
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
  /** The `next` of the page before, or the name of a group: those up to it, by their names, are left out. */
  readonly after?: string;
  /**
   * What comes first. By `waiting` and `oldest` only groups are found in which jobs wait, by `held` only those of which one
   * runs.
   *
   * @defaultValue `name`
   */
  readonly order?: GroupOrder;
  /** Only groups with this in their name, whatever its capitals. @defaultValue all */
  readonly search?: string;
}

/** A page of groups. */
export interface GroupPage {
  readonly groups: readonly GroupRecord[];
  /** Where the next page begins; `null` where there is nothing more to look at. */
  readonly next: string | null;
  /**
   * There are more groups behind `next` that were not looked at: 10,000 names are, or 100,000 waiting jobs in the order of
   * their groups' names.
   */
  readonly isPartial: boolean;
}

const pageChecks: Readonly<Record<keyof GroupPageOptions, Check>> = {
  limit: numberIn(1, 1_000, 'groups', 'whole'),
  after: groupCheck,
  order: oneOf('name', 'waiting', 'oldest', 'held'),
  search: nameOf(MAX_GROUP_BYTES),
};

const [NAMES_LOOKED_AT, JOBS_LOOKED_AT] = [10_000, 100_000];

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
    return (await readGroups(driver, tables, { names: [jobGroup] }))[0] ?? null;
  }

  /**
   * A page of the groups that have jobs which wait, or had some that ran lately.
   *
   * @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range.
   * @throws SchemaVersionError, DatabaseError as `enqueue` does.
   */
  async list(options: GroupPageOptions = {}): Promise<GroupPage> {
    const { limit = 100, after = '', order = 'name', search = null } = checkOptions('groups.list', options, pageChecks);
    await this.#services.checkSchema();
    return order === 'name'
      ? await this.#byName({ after, limit, search, window: search === null ? limit + 1 : NAMES_LOOKED_AT })
      : await this.#inOrder(order, { after, limit, search, window: JOBS_LOOKED_AT });
  }

  async #byName(input: FindGroupsInput): Promise<GroupPage> {
    const { driver, tables } = this.#services;
    const { limit } = input;
    // One more than is wanted tells whether there is more.
    const { names, edge } = await findGroupsByName(driver, tables, { ...input, limit: limit + 1 });
    const groups = await this.#read(names.slice(0, limit));
    return names.length > limit
      ? { groups, next: names[limit - 1] ?? null, isPartial: false }
      : { groups, next: edge, isPartial: edge !== null };
  }

  async #inOrder(order: Exclude<GroupOrder, 'name'>, input: FindGroupsInput): Promise<GroupPage> {
    const { driver, tables } = this.#services;
    const find = order === 'held' ? findGroupsByHold : findGroupsByBacklog[order];
    const { names, edge } = await find(driver, tables, input);
    return { groups: await this.#read(names), next: edge, isPartial: edge !== null };
  }

  /** In the order of the names; one whose last job has ended meanwhile is left out. */
  async #read(names: readonly string[]): Promise<readonly GroupRecord[]> {
    if (names.length === 0) return [];
    const { driver, tables } = this.#services;
    const found = new Map((await readGroups(driver, tables, { names })).map((group) => [group.jobGroup, group]));
    return names.flatMap((name) => found.get(name) ?? []);
  }
}
