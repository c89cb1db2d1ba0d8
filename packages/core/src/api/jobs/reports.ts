import { type Check, checkOptions, numberIn } from '../../options/check-options.ts';
import type { Services } from '../../services/services.ts';
import { readLog, readProgress } from '../../statements/reports.ts';
import { checkJobId } from './jobs-options.ts';

/** What a job last said of how far it is. */
export interface JobProgress {
  /** What `metadata.progress` was given. */
  readonly value: unknown;
  /** When that was written down, by the database's clock. */
  readonly at: Date;
}

/** A line that a job has logged. */
export interface JobLogLine {
  /** Its number among the lines of the job, of all of its attempts; 1 for the first. */
  readonly nth: number;
  /** By the database's clock. */
  readonly at: Date;
  readonly line: string;
}

/** A page of what a job has logged. */
export interface JobLogPage {
  readonly lines: readonly JobLogLine[];
  /** Where the next page begins; `null` where there is nothing more so far. */
  readonly next: number | null;
}

/** How a page of a job's log is asked for. */
export interface JobLogOptions {
  /**
   * The number of the last line that is known: the page begins after it.
   *
   * @defaultValue 0
   * @throws {@link InvalidOptionError} if not a whole number from 0 to 1,000.
   */
  readonly after?: number;
  /**
   * How many lines the page has at most.
   *
   * @defaultValue 1000
   * @throws {@link InvalidOptionError} if not a whole number from 1 to 1,000.
   */
  readonly limit?: number;
}

const logChecks: Readonly<Record<keyof JobLogOptions, Check>> = {
  after: numberIn(0, 1_000, 'lines', 'whole'),
  limit: numberIn(1, 1_000, 'lines', 'whole'),
};

export async function progressOf({ driver, tables, checkSchema }: Services, id: string): Promise<JobProgress | null> {
  const jobId = checkJobId('jobs.progress', id);
  await checkSchema();
  const found = await readProgress(driver, tables, { id: jobId });
  return found === null ? null : { value: JSON.parse(found.valueText), at: new Date(found.atMs) };
}

export async function logOf(
  { driver, tables, checkSchema }: Services,
  id: string,
  options: JobLogOptions,
): Promise<JobLogPage> {
  const jobId = checkJobId('jobs.log', id);
  const { after = 0, limit = 1_000 } = checkOptions('jobs.log', options, logChecks);
  await checkSchema();
  const found = await readLog(driver, tables, { id: jobId, after, limit: limit + 1 });
  const lines = found.slice(0, limit).map(({ nth, atMs, line }) => ({ nth, at: new Date(atMs), line }));
  return { lines, next: found.length > limit ? (lines.at(-1)?.nth ?? null) : null };
}
