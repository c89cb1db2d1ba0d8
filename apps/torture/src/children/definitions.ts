import { type FailedJob, JobDefinition, type JobDefinitionOptions } from 'bearmq';
import { ALL_TICKS, ALONE, type KeyRule, LIMITED, REPEAT_SECS, TIMEOUT_SECS, UNIQUE } from '../settings.ts';
import type { Cast } from './cast.ts';
import { type Following, type Payload, perform } from './work-function.ts';

export const NAMES: readonly string[] = ['ALPHA', 'BETA', LIMITED.name, ...Object.keys(UNIQUE)];
export const CHANNELS = ['DEFAULT', 'URGENT', 'BULK'] as const;

export interface Definitions {
  readonly jobs: Readonly<Record<string, JobDefinition<Payload>>>;
  /** What is enqueued by itself: by `repeatSecs`, and by schedules. */
  readonly ticks: readonly JobDefinition<null>[];
  /** What is enqueued when one of the jobs has failed for good. */
  readonly tellFailure: JobDefinition<FailedJob<Payload>>;
  /** What some of the jobs leave to be enqueued with their success. */
  readonly follow: JobDefinition<Following>;
}

/** The same in all processes, each of which registers what it needs. */
export function define(cast: Cast): Definitions {
  const { context } = cast;
  const tellFailure = new JobDefinition<FailedJob<Payload>>({
    context,
    name: 'TELL',
    numAttempts: 20,
    timeoutSecs: 0,
    workFunction: async (_, metadata) => await perform(null, metadata, cast),
  });
  const follow = new JobDefinition<Following>({
    context,
    name: 'FOLLOW',
    numAttempts: 20,
    timeoutSecs: 0,
    workFunction: async (_, metadata) => await perform(null, metadata, cast),
  });
  const jobs = NAMES.map(
    (name) =>
      [
        name,
        new JobDefinition<Payload>({
          ...(name === LIMITED.name ? LIMITED : {}),
          ...uniqueOf(UNIQUE[name]),
          context,
          name,
          timeoutSecs: TIMEOUT_SECS,
          workFunction: async (payload, metadata) => await perform(payload, metadata, { ...cast, follow }),
          onFailure: tellFailure,
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
  const everySecond = { cron: '* * * * * *', timeZone: 'Europe/Berlin' } as const;
  const scheduled = new JobDefinition<null>({
    context,
    name: 'SCHEDULED',
    schedules: [
      { key: ALL_TICKS, ...everySecond, catchUp: 'all' },
      { key: 'latest', ...everySecond },
      { key: ALONE, ...everySecond, overlap: 'skip', jobGroup: ALONE },
    ],
    numAttempts: 20,
    timeoutSecs: 0,
    workFunction: async (_, metadata) => await perform(null, metadata, cast),
  });
  return { jobs: Object.fromEntries(jobs), ticks: [tick, scheduled], tellFailure, follow };
}

function uniqueOf(rule: KeyRule | undefined): Pick<JobDefinitionOptions<Payload>, 'unique'> {
  return rule === undefined ? {} : { unique: { key: ({ unique }: Payload) => String(unique), ...rule } };
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
