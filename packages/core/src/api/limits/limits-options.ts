import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import type { Limits, LimitTarget } from '../../model/job-limits.ts';
import { MAX_CONCURRENT, MAX_GROUP_BYTES, MAX_NAME_BYTES, MAX_WEIGHT } from '../../model/limits.ts';
import { type Check, checkOptions, nameOf, numberIn, unchecked } from '../../options/check-options.ts';
import type { StoredTarget } from '../../statements/limits.ts';
import { rateIn } from './rate-option.ts';

/** Those that a definition may say of its own jobs. */
export type DefinitionLimits = Omit<Limits, 'weight'>;

/** Of a definition, and of a channel. */
export const laneLimitChecks: Readonly<Record<keyof DefinitionLimits, Check>> = {
  concurrency: numberIn(1, MAX_CONCURRENT, 'jobs', 'whole'),
  rateLimit: unchecked, // resolved where it is read: what is checked is to be what is used
  groupConcurrency: numberIn(1, MAX_CONCURRENT, 'jobs', 'whole'),
  groupRateLimit: unchecked,
};

const setChecks: Readonly<Record<'lane' | 'group', Readonly<Record<keyof Limits, Check>>>> = {
  lane: { ...laneLimitChecks, weight: () => 'is of a { jobGroup } only' },
  group: {
    concurrency: () => 'is of a channel or a name; a group has groupConcurrency',
    rateLimit: () => 'is of a channel or a name; a group has groupRateLimit',
    groupConcurrency: laneLimitChecks.groupConcurrency,
    groupRateLimit: unchecked,
    weight: numberIn(1, MAX_WEIGHT, 'jobs', 'whole'),
  },
};

const targetChecks = {
  channel: nameOf(MAX_NAME_BYTES),
  jobName: nameOf(MAX_NAME_BYTES),
  jobGroup: nameOf(MAX_GROUP_BYTES),
};

const KINDS = { channel: 'channel', jobName: 'name', jobGroup: 'group' } as const;

/** @throws InvalidOptionError for what names no target, or more than one. */
export function storedTarget(owner: string, target: LimitTarget): StoredTarget {
  const given = checkTarget(owner, target);
  const [one, ...more] = Object.entries(given);
  if (one === undefined || more.length > 0) {
    const [wrong] = more;
    const got = wrong === undefined ? 'got none of them' : `got ${Object.keys(given).join(' and ')}`;
    throw new InvalidOptionError(owner, `takes one of { channel }, { jobName } and { jobGroup }; ${got}`);
  }
  const [key, name] = one;
  return { kind: KINDS[key as keyof typeof KINDS], name };
}

function checkTarget(owner: string, target: LimitTarget): Readonly<Record<string, string>> {
  try {
    return checkOptions<object>(owner, target, targetChecks) as Readonly<Record<string, string>>;
  } catch (error) {
    const { option } = error as InvalidOptionError;
    const limit = Object.keys(setChecks.lane).find((key) => option === `${owner}.${key}`);
    if (limit === undefined) throw error;
    const remedy = `give limits in an object of their own: limits.set(target, { ${limit}: … })`;
    throw new InvalidOptionError(option, `is no part of the target: ${remedy}`);
  }
}

/** The same for users. */
export function targetOf({ kind, name }: StoredTarget): LimitTarget {
  if (kind === 'channel') return { channel: name };
  return kind === 'name' ? { jobName: name } : { jobGroup: name };
}

/**
 * The limits in an object of options that was checked; `undefined` where it has none.
 *
 * @throws InvalidOptionError for a rate that is none.
 */
export function limitsIn(owner: string, checked: Limits): Limits | undefined {
  const { concurrency, groupConcurrency, weight } = checked;
  const rateLimit = rateIn(`${owner}.rateLimit`, checked.rateLimit);
  const groupRateLimit = rateIn(`${owner}.groupRateLimit`, checked.groupRateLimit);
  const limits = { concurrency, rateLimit, groupConcurrency, groupRateLimit, weight };
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  return Object.keys(given).length === 0 ? undefined : given;
}

/**
 * What `limits.set` is told: `null` for no limits.
 *
 * @throws InvalidOptionError for what is neither, and for an object without any.
 */
export function checkLimits(owner: string, { kind }: StoredTarget, limits: Limits | null): Limits | null {
  if (limits === null) return null;
  if (limits === undefined) throw new InvalidOptionError(owner, 'takes limits, or null for none, got undefined');
  const checked = checkOptions(owner, limits, setChecks[kind === 'group' ? 'group' : 'lane']);
  const given = limitsIn(owner, checked);
  if (given !== undefined) return given;
  throw new InvalidOptionError(owner, `takes at least one limit, or null for none, got ${describe(limits)}`);
}

/** Which part of all limits. */
export interface LimitPageOptions {
  /**
   * The most records of the page.
   *
   * @defaultValue 100
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
  /**
   * Where to go on: `next` of the page before.
   *
   * @defaultValue none: from the first
   * @throws {@link InvalidOptionError} for what is no such text.
   */
  readonly after?: string;
}

export const LIMIT_PAGE_DEFAULTS = { limit: 100 } as const;

const pageChecks: Readonly<Record<keyof LimitPageOptions, Check>> = {
  limit: numberIn(1, 1_000, 'records', 'whole'),
  after: (value) => (placeOf(value) === undefined ? `must be the next of a page, got ${describe(value)}` : undefined),
};

/** @throws InvalidOptionError for an option that is unknown, of the wrong type or out of range. */
export function resolvePage(
  owner: string,
  options: LimitPageOptions,
): { readonly limit: number; readonly after: StoredTarget | undefined } {
  const { limit = LIMIT_PAGE_DEFAULTS.limit, after } = checkOptions(owner, options, pageChecks);
  return { limit, after: placeOf(after) };
}

/** A place between two pages, as text. */
export function textOf({ kind, name }: StoredTarget): string {
  return `${kind}:${name}`;
}

function placeOf(text: unknown): StoredTarget | undefined {
  const [, kind, name] = typeof text === 'string' ? (/^(channel|name|group):(.+)$/s.exec(text) ?? []) : [];
  if (kind === undefined || name === undefined || nameOf(MAX_GROUP_BYTES)(name) !== undefined) return undefined;
  return { kind: kind as StoredTarget['kind'], name };
}
