import { InvalidOptionError } from '../../errors.ts';
import { describe } from '../../messages.ts';
import { MAX_GROUP_BYTES, MAX_NAME_BYTES } from '../../model/limits.ts';
import { type Check, checkOptions, nameOf, numberIn } from '../../options/check-options.ts';
import { systemClock } from '../../runtime/clock.ts';
import { Wake } from '../../runtime/wake.ts';
import { announceAnywhere } from '../../services/announce-anywhere.ts';
import type { Services } from '../../services/services.ts';
import { countRunning, listPauses, type PauseKey, type PauseRow, pause, resume } from '../../statements/pause.ts';

/** What is paused: the jobs of a channel, of a name, of a group; or all. */
export type Paused =
  | { readonly channel: string }
  | { readonly jobName: string }
  | { readonly jobGroup: string }
  | 'everything';

/** How something is paused. */
export interface PauseOptions {
  /**
   * Why: shown to whoever asks why a job waits.
   *
   * @defaultValue none
   * @throws {@link InvalidOptionError} if empty or longer than 1,024 bytes.
   */
  readonly reason?: string;
  /**
   * How long to wait until none of these jobs runs, in seconds.
   *
   * @defaultValue 0: it does not wait
   * @throws {@link InvalidOptionError} below 0 or above 86,400.
   */
  readonly waitForRunningSecs?: number;
}

/** What came of a pause. */
export interface PauseResult {
  /** It was not paused yet. */
  readonly isNew: boolean;
  /** How many of its jobs processes have claimed still: they run on, or start within a second. */
  readonly stillRunning: number;
}

/** Something that is paused. */
export interface Pause {
  readonly what: Paused;
  readonly since: Date | null;
  readonly reason: string | null;
}

const pauseChecks: Readonly<Record<keyof PauseOptions, Check>> = {
  reason: nameOf(1_024),
  waitForRunningSecs: numberIn(0, 86_400, 'seconds'),
};

const whatChecks: Readonly<Record<'channel' | 'jobName' | 'jobGroup', Check>> = {
  channel: nameOf(MAX_NAME_BYTES),
  jobName: nameOf(MAX_NAME_BYTES),
  jobGroup: nameOf(MAX_GROUP_BYTES),
};

/** How often to look whether anything runs still, in milliseconds. */
const LOOK_MS = 100;

/** @throws InvalidOptionError for what is unknown, of the wrong type or out of range. */
export async function pauseJobs(
  { driver, tables, checkSchema }: Services,
  what: Paused,
  options: PauseOptions,
): Promise<PauseResult> {
  const key = keyOf('Context.pause', what);
  const { reason = null, waitForRunningSecs = 0 } = checkOptions('Context.pause', options, pauseChecks);
  await checkSchema();
  const isNew = await pause(driver, tables, { ...key, reason });
  const until = systemClock.now() + waitForRunningSecs * 1000;
  while (true) {
    const stillRunning = await countRunning(driver, tables, key);
    if (stillRunning === 0 || systemClock.now() >= until) return { isNew, stillRunning };
    await systemClock.sleep(LOOK_MS, { wake: new Wake(), signal: new AbortController().signal });
  }
}

/** Resolves to whether it was paused. Workers are told to scan everything: what became ready meanwhile they have passed. */
export async function resumeJobs(services: Services, what: Paused): Promise<boolean> {
  const { driver, tables, checkSchema } = services;
  const key = keyOf('Context.resume', what);
  await checkSchema();
  if (!(await resume(driver, tables, key))) return false;
  await announceAnywhere(services);
  return true;
}

export async function pausesOf({ driver, tables, checkSchema }: Services): Promise<readonly Pause[]> {
  await checkSchema();
  return (await listPauses(driver, tables, null)).map((row) => ({
    what: pausedOf(row),
    since: row.since,
    reason: row.reason,
  }));
}

function pausedOf({ kind, name }: PauseRow): Paused {
  if (kind === 'everything') return kind;
  if (kind === 'channel') return { channel: name };
  return kind === 'name' ? { jobName: name } : { jobGroup: name };
}

function keyOf(owner: string, what: unknown): PauseKey {
  if (what === 'everything') return { kind: 'everything', name: '' };
  if (typeof what === 'string') {
    throw new InvalidOptionError(
      owner,
      `takes { channel }, { jobName }, { jobGroup } or 'everything', got ${describe(what)}`,
    );
  }
  const { channel, jobName, jobGroup } = checkOptions(owner, what as Record<string, string>, whatChecks);
  const keys: PauseKey[] = [];
  if (channel !== undefined) keys.push({ kind: 'channel', name: channel });
  if (jobName !== undefined) keys.push({ kind: 'name', name: jobName });
  if (jobGroup !== undefined) keys.push({ kind: 'group', name: jobGroup });
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    throw new InvalidOptionError(
      owner,
      `takes one of { channel }, { jobName }, { jobGroup } or 'everything', got ${keys.length}`,
    );
  }
  return key;
}
