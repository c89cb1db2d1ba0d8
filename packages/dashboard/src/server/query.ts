import type { JobFilter, JobOutcome, JobState } from '@bearmq/core';
import { badRequest } from './refusal.ts';

/** A parameter of the query; `undefined` where it is missing or empty. */
export function textIn(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  return text === null || text === '' ? undefined : text;
}

/** @throws Refusal for what is no whole number within the range. */
export function wholeIn(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = textIn(query, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw badRequest(`${name}: must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
}

/** @throws Refusal for what is no moment. */
export function momentIn(query: URLSearchParams, name: string): Date | undefined {
  const text = textIn(query, name);
  return text === undefined ? undefined : momentOf(name, text);
}

/** @throws Refusal for what is no moment. */
export function momentOf(name: string, said: unknown): Date {
  const date = new Date(typeof said === 'string' ? said : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw badRequest(`${name}: must be a time as 2026-11-29T06:00:00Z, got ${JSON.stringify(said)}`);
}

/** What {@link filterIn} takes. */
export const FILTER_PARAMETERS: readonly string[] = [
  ...['state', 'outcome', 'id', 'jobName', 'channel', 'jobGroup', 'error', 'fingerprint'],
  ...['enqueuedFrom', 'enqueuedTo', 'finalizedFrom', 'finalizedTo'],
];

/** The filter in a query. What it makes of states, names and ids is checked by whoever looks for jobs. */
export function filterIn(query: URLSearchParams): JobFilter {
  const lists = {
    states: query.getAll('state') as JobState[],
    outcomes: query.getAll('outcome') as JobOutcome[],
    ids: query.getAll('id'),
  };
  return withoutEmpty({
    states: lists.states.length === 0 ? undefined : lists.states,
    outcomes: lists.outcomes.length === 0 ? undefined : lists.outcomes,
    ids: lists.ids.length === 0 ? undefined : lists.ids,
    jobName: textIn(query, 'jobName'),
    channel: textIn(query, 'channel'),
    jobGroup: textIn(query, 'jobGroup'),
    errorIncludes: textIn(query, 'error'),
    fingerprint: textIn(query, 'fingerprint'),
    enqueued: rangeOf(momentIn(query, 'enqueuedFrom'), momentIn(query, 'enqueuedTo')),
    finalized: rangeOf(momentIn(query, 'finalizedFrom'), momentIn(query, 'finalizedTo')),
  });
}

export function rangeOf(from: Date | undefined, to: Date | undefined): JobFilter['enqueued'] | undefined {
  return from === undefined && to === undefined ? undefined : withoutEmpty({ from, to });
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without what is undefined. */
export function withoutEmpty<T extends object>(object: T): Partial<Present<T>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<Present<T>>;
}
