import { createHash } from 'node:crypto';
import { type Context, JobDefinition } from 'bearmq';
import { folderOf, measureFile } from './files.ts';
import type { FolderWatch } from './folder-watch.ts';
import type { Queue, Results } from './results.ts';

/** The channel that a worker of its own serves, however much waits in the others. */
export const HIGH_PRIORITY = 'HIGH_PRIORITY';
/** The channel of a definition that names none. */
export const DEFAULT = 'DEFAULT';

/** The repeating job; it does not count as work that is left. */
export const REPORT = 'REPORT';
/** The delayed job. */
export const LOOK_AGAIN = 'LOOK_AGAIN';
/** Every so many files, the first attempt at one fails. */
export const FAILS_EVERY = 25;
/** Any job may meet a cut connection. */
const RETRIES = { numAttempts: 3, timeoutSecs: 1 } as const;
/** A job group's name may be 1,024 bytes long, a path longer. */
const MAX_GROUP_BYTES = 1_000;

/** How an attempt fails that was meant to. */
class PlannedFailure extends Error {
  override readonly name = 'PlannedFailure';
}

/** What the jobs beside the files found out. */
export interface Findings {
  /** How many jobs still waited when the urgent one ran. */
  overtaken?: number;
  /** What the delayed job saw. */
  secondLook?: { readonly path: string; readonly verdict: string };
}

export interface JobsOptions {
  readonly context: Context;
  readonly folder: string;
  readonly results: Results;
  readonly watch: FolderWatch;
  /** The repeating job is going to look at the queue. Returns what is to be told of what it sees. */
  readonly onReport: () => (queue: Queue) => void;
}

/** The job definitions of the demo, and what they leave behind. */
export interface Jobs {
  /** A file: one of its folder at a time, in order; some fail at first. */
  readonly measure: JobDefinition<{ path: string; index: number }>;
  /** Urgent: has a channel and a worker of its own. */
  readonly countBacklog: JobDefinition;
  /** Delayed. */
  readonly lookAgain: JobDefinition<{ path: string }>;
  /** Fails for good, after three attempts. */
  readonly neverWorks: JobDefinition;
  /** Repeats every second. */
  readonly report: JobDefinition;
  /** All of them, in the order in which they are shown. */
  readonly all: readonly { readonly name: string; register(): Promise<void> }[];
  readonly findings: Findings;
}

export function defineJobs({ context, folder, results, watch, onReport }: JobsOptions): Jobs {
  const findings: Findings = {};

  const measure = new JobDefinition({
    context,
    name: 'MEASURE_FILE',
    ...RETRIES,
    workFunction: async ({ path, index }: { path: string; index: number }, { jobId, attempt }) => {
      const leave = watch.enter(folderOf(path), index, attempt);
      try {
        if (attempt === 1 && index % FAILS_EVERY === FAILS_EVERY - 1) throw new PlannedFailure('first attempt');
        await results.save(jobId, await measureFile(folder, path));
      } finally {
        leave();
      }
    },
    jobGroupGenerator: ({ path }) => groupOf(path),
  });

  const countBacklog = new JobDefinition({
    context,
    name: 'COUNT_BACKLOG',
    ...RETRIES,
    channel: HIGH_PRIORITY,
    workFunction: async () => {
      findings.overtaken = (await results.queue(REPORT)).waiting;
    },
  });

  const lookAgain = new JobDefinition({
    context,
    name: LOOK_AGAIN,
    ...RETRIES,
    delaySecs: 1,
    workFunction: async ({ path }: { path: string }) => {
      const before = await results.hashOf(path);
      const { sha256 } = await measureFile(folder, path);
      const verdict = before === undefined ? 'not measured yet' : before === sha256 ? 'unchanged' : 'changed';
      findings.secondLook = { path, verdict };
    },
  });

  const neverWorks = new JobDefinition({
    context,
    name: 'NEVER_WORKS',
    ...RETRIES,
    workFunction: () => {
      throw new PlannedFailure('as planned');
    },
  });

  const report = new JobDefinition({
    context,
    name: REPORT,
    ...RETRIES,
    repeatSecs: 1,
    channel: HIGH_PRIORITY, // or it would wait behind the files that it is to tell of
    workFunction: async (_payload: null) => {
      const tell = onReport();
      tell(await results.queue(REPORT));
    },
  });

  const all = [measure, neverWorks, lookAgain, countBacklog, report];
  return { measure, countBacklog, lookAgain, neverWorks, report, all, findings };
}

function groupOf(path: string): string {
  const folder = folderOf(path);
  if (Buffer.byteLength(folder) <= MAX_GROUP_BYTES) return folder;
  return createHash('sha256').update(folder).digest('hex');
}
