import type { ResolvedSettings } from '../context-options.ts';
import type { Driver } from '../driver/index.ts';
import { InvalidOptionError } from '../errors.ts';
import type { BearEvent } from '../events.ts';
import type { Enqueuer } from '../produce/enqueuer.ts';
import type { Submitter } from '../produce/submitter.ts';
import type { EventBus } from '../runtime/event-bus.ts';
import type { Tables } from '../schema/index.ts';
import type { Hooks } from './hooks.ts';
import { IF_LOADED_TWICE } from './loaded-twice.ts';
import type { LocalWork } from './local-work.ts';
import type { OutcomeWaiter } from './outcome-waiter.ts';
import type { Registry } from './registry.ts';
import type { Reporter } from './reporter.ts';
import type { SchemaGate } from './schema-gate.ts';

/** What stands behind a context: shared by the objects made from it, hidden from their users. */
export interface Services
  extends Pick<Reporter, 'reportError' | 'warn'>,
    Pick<SchemaGate, 'checkSchema' | 'whyMissing'> {
  readonly driver: Driver;
  readonly tables: Tables;
  readonly settings: ResolvedSettings;
  readonly events: EventBus<BearEvent>;
  readonly registry: Registry;
  readonly hooks: Hooks;
  readonly enqueuer: Enqueuer;
  readonly submitter: Submitter;
  readonly localWork: LocalWork;
  /** Who waits for the ends of jobs. */
  readonly outcomes: OutcomeWaiter;
}

const services = new WeakMap<object, Services>();

export function setServices(context: object, made: Services): void {
  services.set(context, made);
}

/** Whether it is a Context of this copy of the package; for the check of an options object. */
export function isContext(context: unknown): string | undefined {
  return find(context) === undefined ? NO_CONTEXT : undefined;
}

/** @throws InvalidOptionError when the object is not a Context of this copy of the package. */
export function servicesOf(owner: string, context: unknown): Services {
  const found = find(context);
  if (found !== undefined) return found;
  throw new InvalidOptionError(`${owner}.context`, NO_CONTEXT);
}

const NO_CONTEXT = `must be a Context; ${IF_LOADED_TWICE}`;

function find(context: unknown): Services | undefined {
  return typeof context === 'object' && context !== null ? services.get(context) : undefined;
}
