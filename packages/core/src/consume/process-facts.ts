import type { ResolvedSettings } from '../context-options.ts';
import { NO_EXTRAS } from '../model/extras.ts';
import { asciiJson, asciiText } from '../model/text.ts';
import type { ProcessFacts } from '../statements/leases.ts';

/** The longest name of a host that is kept, in characters. */
const MAX_HOST_LENGTH = 255;

interface Runtime {
  readonly pid?: number;
  readonly getBuiltinModule?: (id: string) => unknown;
}

/** Not imported: the package loads where there is no such module. */
const { process: runtime } = globalThis as { process?: Runtime };

/** What this process says of itself beside what it takes. */
export function factsOf({ release }: Pick<ResolvedSettings, 'release'>): Omit<ProcessFacts, 'takes'> {
  return { host: hostOf(), pid: runtime?.pid ?? null, release: release ?? null };
}

/** A runtime may refuse to tell (Deno, without a permission for it): nothing depends on it. */
function hostOf(): string | null {
  const os = runtime?.getBuiltinModule?.('node:os') as { hostname(): string } | undefined;
  try {
    return os === undefined ? null : asciiText(os.hostname(), MAX_HOST_LENGTH);
  } catch {
    return null;
  }
}

interface Taking {
  readonly channels: readonly string[] | null;
  readonly slots: number;
}

interface Named {
  readonly name: string;
  readonly payloadVersion: number;
}

/**
 * What the Workers of this process take: a list of channels (`null`: all), of how many slots, and of names; of those whose
 * payloads have another version than 1, up to which one is known. Only of ASCII, so that a name which the database cannot
 * hold keeps nobody from a lease.
 */
export function takesOf(pools: Iterable<Taking>, definitions: readonly Named[]): string {
  const names = definitions.map(({ name }) => name);
  const later = definitions.filter(({ payloadVersion }) => payloadVersion !== NO_EXTRAS.v);
  const versions = Object.fromEntries(later.map(({ name, payloadVersion }) => [name, payloadVersion]));
  const rest = later.length === 0 ? {} : { versions };
  return asciiJson(Array.from(pools, ({ channels, slots }) => ({ channels, slots, names, ...rest })));
}
