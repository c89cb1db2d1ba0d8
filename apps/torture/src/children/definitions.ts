import { JobDefinition } from 'bearmq';
import { REPEAT_SECS } from '../settings.ts';
import type { Cast } from './cast.ts';
import { type Payload, perform } from './work-function.ts';

export const NAMES = ['ALPHA', 'BETA'] as const;
export const CHANNELS = ['DEFAULT', 'URGENT', 'BULK'] as const;

export interface Definitions {
  readonly jobs: Readonly<Record<string, JobDefinition<Payload>>>;
  readonly tick: JobDefinition<null>;
}

/** The same in all processes, each of which registers what it needs. */
export function define(cast: Cast): Definitions {
  const { context } = cast;
  const jobs = NAMES.map(
    (name) =>
      [
        name,
        new JobDefinition<Payload>({
          context,
          name,
          workFunction: async (payload, metadata) => await perform(payload, metadata, cast),
        }),
      ] as const,
  );
  const tick = new JobDefinition<null>({
    context,
    name: 'TICK',
    repeatSecs: REPEAT_SECS,
    numAttempts: 20,
    timeoutSecs: 0,
    workFunction: async (_, metadata) => await perform(null, metadata, cast),
  });
  return { jobs: Object.fromEntries(jobs), tick };
}

/** Registers as a program does when it starts: until the database is there. */
export async function register(definitions: readonly { register(): Promise<void> }[]): Promise<void> {
  for (const definition of definitions) {
    for (;;) {
      try {
        await definition.register();
        break;
      } catch (error) {
        if (!isTrouble(error)) throw error;
        await new Promise((next) => setTimeout(next, 100));
      }
    }
  }
}

/** Whether the database, or the way to it, is to blame. */
export function isTrouble(error: unknown): boolean {
  return error instanceof Error && error.name === 'DatabaseError';
}
