import { InvalidOptionError } from '../errors.ts';
import { IF_LOADED_TWICE } from './loaded-twice.ts';
import type { RegisteredJob } from './registry.ts';

const definitions = new WeakMap<object, RegisteredJob>();

/** What stands behind a JobDefinition: hidden from its users, whether it is registered or not. */
export function setRegisteredJob(definition: object, job: RegisteredJob): void {
  definitions.set(definition, job);
}

/** @throws InvalidOptionError when the object is not a JobDefinition of this copy of the package. */
export function registeredJobOf(option: string, definition: unknown): RegisteredJob {
  const found = typeof definition === 'object' && definition !== null ? definitions.get(definition) : undefined;
  if (found !== undefined) return found;
  throw new InvalidOptionError(option, `must be a JobDefinition; ${IF_LOADED_TWICE}`);
}
