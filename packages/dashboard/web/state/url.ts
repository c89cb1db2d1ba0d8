import { useCallback, useMemo } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';

export type Changes = Readonly<Record<string, string | readonly string[] | null>>;

export interface UrlState {
  readonly path: string;
  readonly params: URLSearchParams;
  one(name: string): string | null;
  all(name: string): readonly string[];
  /** The address with some parameters changed; `null` and an empty list take one away. */
  with(changes: Changes): string;
  /** Goes there. `replace`: without a step that the back button takes, as for each letter that is typed. */
  change(changes: Changes, how?: 'push' | 'replace'): void;
}

/** What the page shows is what its address says. Nothing else writes addresses but links. */
export function useUrl(): UrlState {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const params = useMemo(() => new URLSearchParams(search), [search]);
  const withChanges = useCallback(
    (changes: Changes) => {
      const next = new URLSearchParams(params);
      for (const [name, value] of Object.entries(changes)) {
        next.delete(name);
        for (const one of value === null ? [] : typeof value === 'string' ? [value] : value) next.append(name, one);
      }
      const text = next.toString();
      return text === '' ? path : `${path}?${text}`;
    },
    [params, path],
  );
  return useMemo(
    () => ({
      path,
      params,
      one: (name) => params.get(name),
      all: (name) => params.getAll(name),
      with: withChanges,
      change: (changes, how = 'push') => navigate(withChanges(changes), { replace: how === 'replace' }),
    }),
    [path, params, navigate, withChanges],
  );
}

/** One part of a path: names may have anything in them. */
export const part = encodeURIComponent;
