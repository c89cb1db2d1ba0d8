import { InvalidOptionError } from '../../errors.ts';
import type { JobRecord } from '../../model/job-record.ts';
import type { Services } from '../../services/services.ts';
import { findFinalized, findUnfinished, type JobPlace } from '../../statements/find-jobs.ts';
import type { Sought } from './job-filter.ts';
import { decodePlace, encodePlace, type PagePlace } from './page-place.ts';

/** A page of jobs. */
export interface JobPage {
  readonly jobs: readonly JobRecord[];
  /** Where the next page begins; `null` where there is nothing more. */
  readonly next: string | null;
  /** Little of what was looked at was sought, and the rest was not looked at: go on with `next`, or say more. */
  readonly isPartial: boolean;
  /** Of a partial page: the enqueue, or the end, of the last job that was looked at. */
  readonly lookedBackTo: Date | null;
}

export interface FindOptions {
  readonly limit: number;
  readonly order: 'newest' | 'oldest';
  readonly after: string | undefined;
  /** The largest payload that is brought along, in bytes of JSON. */
  readonly payloadBytes: number;
}

/** The most rows of a table that a page looks at; there are two tables. */
export const WINDOW = 100_000;

/**
 * A page: of the jobs that are not over, and then of those that are; or the other way round. A job that is finalized
 * between two pages may come twice, or not at all.
 */
export async function findPage(
  { driver, tables }: Pick<Services, 'driver' | 'tables'>,
  owner: string,
  { sought, places }: Sought,
  { limit, order, after, payloadBytes }: FindOptions,
  window: number = WINDOW,
): Promise<JobPage> {
  const inOrder = order === 'newest' ? (['unfinished', 'over'] as const) : (['over', 'unfinished'] as const);
  const parts = inOrder.filter((part) => places[part]);
  const [first] = parts;
  if (first === undefined) return { jobs: [], next: null, isPartial: false, lookedBackTo: null };
  let at: PagePlace = after === undefined ? { part: first, place: null } : decodePlace(owner, after);
  if (!parts.includes(at.part)) throw new InvalidOptionError(`${owner}.after`, 'is of a page of another filter');
  const jobs: JobRecord[] = [];
  while (true) {
    const find = at.part === 'over' ? findFinalized[order] : findUnfinished[order];
    const left = limit - jobs.length;
    // One more than is wanted tells whether there is more.
    const input = { sought, after: at.place, limit: left + 1, window, payloadBytes };
    const { found, edge } = await find(driver, tables, input);
    jobs.push(...found.slice(0, left).map(({ job }) => job));
    if (found.length > left) return full(jobs, { part: at.part, place: placeOf(found[left - 1]) ?? at.place });
    if (edge !== null) {
      const next = encodePlace({ part: at.part, place: edge.place });
      return { jobs, next, isPartial: true, lookedBackTo: edge.at };
    }
    const part = parts[parts.indexOf(at.part) + 1];
    if (part === undefined) return { jobs, next: null, isPartial: false, lookedBackTo: null };
    at = { part, place: null };
    if (jobs.length === limit) return full(jobs, at);
  }
}

function full(jobs: readonly JobRecord[], at: PagePlace): JobPage {
  return { jobs, next: encodePlace(at), isPartial: false, lookedBackTo: null };
}

function placeOf(found: { readonly place: JobPlace } | undefined): JobPlace | null {
  return found?.place ?? null;
}
