import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { JobsAnswer } from '../../src/api-types.ts';
import { base, get } from './api.ts';
import { Store, useStore } from './store.ts';
import { part } from './url.ts';

/** The list from which a job was opened, as it was then: its page goes on along that, however the list has changed. */
export interface JobList {
  /** The address of the page that showed it. */
  readonly address: string;
  readonly ids: readonly string[];
  /** What the API is asked for the jobs behind the last one; `null` where there are none. */
  readonly morePath: string | null;
}

export interface Neighbours {
  /** Where the list is. */
  readonly address: string;
  /** Which job of the list this is, from 1, and how many of it are known. */
  readonly nth: number;
  readonly known: number;
  readonly hasMore: boolean;
  readonly before: string | null;
  readonly next: string | null;
  /** Goes to the next one, and looks for it where it is not known yet. `null`: this is the last. */
  readonly goOn: (() => void) | null;
  /** It was looked for, and not found so far. */
  readonly isNoneFound: boolean;
}

/** In this tab only: a list of another one is of no use here. */
const KEY = `bearmq list ${base}`;
const list = new Store<JobList | null>(read());

export function rememberList(opened: JobList): void {
  list.set(opened);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(opened));
  } catch {
    // The browser keeps nothing: it holds until the page is loaded again.
  }
}

/** The jobs before and after one in the list that it was opened from; `null` where it is in none. Each job has a page of its own. */
export function useNeighbours(id: string): Neighbours | null {
  const known = useStore(list);
  const [, navigate] = useLocation();
  const [isNoneFound, setNoneFound] = useState(false);
  const at = known?.ids.indexOf(id) ?? -1;
  if (known === null || at === -1) return null;
  const { address, ids, morePath } = known;
  const pageOf = (other: string | undefined) => (other === undefined ? null : `/jobs/${part(other)}`);
  const next = pageOf(ids[at + 1]);
  const lookFor = async (path: string) => {
    const page = await get<JobsAnswer>(path);
    const added = page.jobs.map((job) => job.id).filter((other) => !ids.includes(other));
    rememberList({
      address,
      ids: [...ids, ...added],
      morePath: page.next === null ? null : pathAfter(path, page.next),
    });
    const first = pageOf(added[0]);
    if (first !== null) navigate(first);
    else setNoneFound(true);
  };
  const goOn =
    next !== null
      ? () => navigate(next)
      : morePath === null
        ? null
        : () => void lookFor(morePath).catch(() => setNoneFound(true));
  return {
    address,
    nth: at + 1,
    known: ids.length,
    hasMore: morePath !== null,
    before: pageOf(ids[at - 1]),
    next,
    goOn,
    isNoneFound,
  };
}

/** The path of a page of the API, with another place to begin at. */
export function pathAfter(path: string, after: string): string {
  const [resource = '', query = ''] = path.split('?', 2);
  const params = new URLSearchParams(query);
  params.set('after', after);
  return `${resource}?${params}`;
}

/** What was kept, where it is what this version understands. */
function read(): JobList | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<JobList> | null;
    const { address, ids, morePath } = kept ?? {};
    const isList = typeof address === 'string' && Array.isArray(ids) && ids.every((id) => typeof id === 'string');
    if (isList) return { address, ids, morePath: typeof morePath === 'string' ? morePath : null };
  } catch {
    // Nothing readable was kept.
  }
  return null;
}
