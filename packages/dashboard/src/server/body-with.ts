import { badRequest } from './refusal.ts';

/**
 * An object that came in, with these keys and no other. What their values are, whoever is given them checks.
 *
 * @throws Refusal for what is no object, for an unknown key, and for one that is required and missing.
 */
export function bodyWith<T extends object>(
  owner: string,
  given: unknown,
  keys: readonly (keyof T & string)[],
  required: readonly (keyof T & string)[] = [],
): Partial<T> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badRequest(`${owner}: must be an object, got ${JSON.stringify(given) ?? 'nothing'}`);
  }
  const takes = keys.length === 0 ? 'it takes nothing' : `it takes ${keys.join(', ')}`;
  for (const key of Object.keys(given)) {
    if (!(keys as readonly string[]).includes(key)) throw badRequest(`${owner}.${key}: is not known; ${takes}`);
  }
  const missing = required.find((key) => !Object.hasOwn(given, key));
  if (missing !== undefined) throw badRequest(`${owner}.${missing}: is missing`);
  return given as Partial<T>;
}
