import type { FilterBody, JobOutcome, JobState } from '../../src/api-types.ts';
import { query } from './api.ts';
import type { Changes, UrlState } from './url.ts';

/** What a list of jobs can be narrowed by, as it is written in the filter, and what the API calls it. */
export const KEYS = {
  name: 'jobName',
  channel: 'channel',
  group: 'jobGroup',
  error: 'error',
  fingerprint: 'fingerprint',
  id: 'id',
  since: 'enqueuedFrom',
  until: 'enqueuedTo',
  'ended-since': 'finalizedFrom',
  'ended-until': 'finalizedTo',
} as const;

export type FilterKey = keyof typeof KEYS;

export const STATES: readonly JobState[] = ['running', 'ready', 'scheduled', 'blocked', 'pending'];
export const OUTCOMES: readonly JobOutcome[] = ['failed', 'cancelled', 'succeeded'];

export interface Token {
  readonly key: FilterKey;
  readonly value: string;
}

export interface ShownFilter {
  readonly states: readonly JobState[];
  readonly outcomes: readonly JobOutcome[];
  readonly tokens: readonly Token[];
}

export function filterIn(url: UrlState): ShownFilter {
  return {
    states: [...STATES, 'over' as const].filter((state) => url.all('state').includes(state)),
    outcomes: OUTCOMES.filter((outcome) => url.all('outcome').includes(outcome)),
    tokens: (Object.keys(KEYS) as FilterKey[]).flatMap((key) => url.all(key).map((value) => ({ key, value }))),
  };
}

/** The filter as the query of GET jobs. */
export function queryOf(
  filter: ShownFilter,
  page: { readonly order?: string | null; readonly after?: string | null },
): string {
  const tokens = Object.fromEntries(filter.tokens.map(({ key, value }) => [KEYS[key], momentOr(key, value)]));
  const ids = filter.tokens.flatMap(({ key, value }) => (key === 'id' ? [value] : []));
  return query({ state: filter.states, outcome: filter.outcomes, ...tokens, id: ids, ...page });
}

/** The filter as a bulk takes it. */
export function bodyOf({ states, outcomes, tokens }: ShownFilter): FilterBody {
  const ids = tokens.flatMap(({ key, value }) => (key === 'id' ? [value] : []));
  const others = tokens.filter(({ key }) => key !== 'id').map(({ key, value }) => [KEYS[key], momentOr(key, value)]);
  return {
    ...(states.length > 0 ? { states } : {}),
    ...(outcomes.length > 0 ? { outcomes } : {}),
    ...(ids.length > 0 ? { ids } : {}),
    ...Object.fromEntries(others),
  };
}

const MOMENTS: readonly FilterKey[] = ['since', 'until', 'ended-since', 'ended-until'];
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `2h` and the like are so long ago; to the minute, so that what is asked for is the same for a while. */
function momentOr(key: FilterKey, value: string): string {
  if (!MOMENTS.includes(key)) return value;
  const ago = /^(\d+)([smhd])$/.exec(value);
  if (ago === null) {
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? value : new Date(ms).toISOString();
  }
  const ms = Date.now() - Number(ago[1]) * (UNITS[ago[2] ?? 's'] ?? 1) * 1000;
  return new Date(Math.floor(ms / 60_000) * 60_000).toISOString();
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PIECE = /([a-z-]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)/g;

/** What typing it changes in the address: `state:failed name:SEND_MAIL "upstream answered"`. */
export function changesOf(typed: string, now: ShownFilter): Changes {
  const changes: Record<string, string | readonly string[]> = {};
  const bare: string[] = [];
  for (const [whole, key = '', quoted, plain, quotedBare] of typed.matchAll(PIECE)) {
    const value = quoted ?? plain ?? '';
    if (key === 'state' && isIn(OUTCOMES, value)) changes['outcome'] = [...now.outcomes, value];
    else if (key === 'state' && (value === 'over' || isIn(STATES, value))) changes['state'] = [...now.states, value];
    else if (key in KEYS) changes[key] = value;
    else if (UUID.test(whole)) changes['id'] = whole;
    else bare.push(quotedBare ?? whole);
  }
  if (bare.length > 0) changes['error'] = bare.join(' ');
  return { ...changes, after: null };
}

function isIn<T extends string>(all: readonly T[], value: string): value is T {
  return (all as readonly string[]).includes(value);
}
