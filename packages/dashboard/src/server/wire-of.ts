import type { Wire } from '../wire.ts';

/** Says of a value that it becomes JSON: the dates in it are written out when it is. */
export function wireOf<T>(value: T): Wire<T> {
  return value as Wire<T>;
}
