import { keepPreviousData, QueryClient, useQuery } from '@tanstack/preact-query';
import type { MetaAnswer } from '../../src/api-types.ts';
import { ApiError, get } from './api.ts';
import { useIsRefreshing } from './refresh.ts';
import { useSettings } from './settings.ts';
import { Store, useStore } from './store.ts';

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 500,
      refetchOnWindowFocus: true,
      // What the server refused it refuses again; what did not arrive is asked for with the next look.
      retry: (failures, error) => failures < 1 && error instanceof ApiError && error.status === 0,
      retryDelay: 300,
    },
  },
});

/** What the server is, and what may be done here; `null` until it has said so. */
export const meta = new Store<MetaAnswer | null>(null);

export function useMeta(): MetaAnswer {
  const known = useStore(meta);
  if (known === null) throw new Error('a page was drawn before the server said what it is');
  return known;
}

export function useCan(): (action: MetaAnswer['access']['allow'][number]) => boolean {
  const { allow } = useMeta().access;
  return (action) => allow.includes(action);
}

/** What is known of a resource, and since when (by this clock, in milliseconds). */
export interface Answer<T> {
  readonly data: T | undefined;
  readonly error: Error | null;
  readonly asOf: number;
  readonly again: () => void;
}

interface Way {
  /** How often to look, in multiples of the refresh; 0: once. */
  readonly every?: number;
  /** Shows the answer to the question before until there is one to this. */
  readonly keep?: boolean;
}

/** Asks for a resource, and again from time to time; `null` asks for nothing. */
export function useApi<T>(path: string | null, { every = 1, keep = false }: Way = {}): Answer<T> {
  const refreshMs = useRefreshMs();
  const isRefreshing = useIsRefreshing();
  const { data, error, dataUpdatedAt, refetch } = useQuery<T>(
    {
      queryKey: [path],
      queryFn: ({ signal }) => get<T>(path ?? '', signal),
      enabled: path !== null,
      refetchInterval: isRefreshing && every > 0 && refreshMs > 0 ? refreshMs * every : false,
      ...(keep ? { placeholderData: keepPreviousData } : {}),
    },
    client,
  );
  return { data, error, asOf: dataUpdatedAt, again: () => void refetch() };
}

export function useRefreshMs(): number {
  const { refreshSecs } = useSettings();
  const server = useStore(meta)?.refreshSecs ?? 2;
  return (refreshSecs === 0 ? server : refreshSecs) * 1000;
}

/** Looks at all that is on the page anew: something was done. */
export async function lookAgain(): Promise<void> {
  await client.invalidateQueries();
}
