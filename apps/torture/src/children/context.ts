import { Context, InvalidOptionError } from 'bearmq';
import { BLOCKED_SECS, CONTEXT_SETTINGS, SCHEMA } from '../settings.ts';
import type { Client } from './client.ts';
import type { Traits } from './config.ts';

/** A context with all as short as it may be. */
export function makeContext({ driver }: Client, { wakeUp }: Traits): Context {
  const options = { driver, schema: SCHEMA, ...CONTEXT_SETTINGS, wakeUp };
  const bounded = { ...options, blockedSecs: BLOCKED_SECS };
  try {
    return new Context(bounded);
  } catch (error) {
    // A release that has no such bound is judged by it all the same.
    if (error instanceof InvalidOptionError && error.option.includes('blockedSecs')) return new Context(options);
    throw error;
  }
}
