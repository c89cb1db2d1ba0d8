import type { SqlRow } from '../driver/index.ts';
import { asNullable, asText } from '../schema/index.ts';
import type { Lane } from './settle.ts';

/** What became of a job that somebody wanted changed. */
export interface JobTouched {
  readonly jobId: string;
  /** `null` where there is no such job. */
  readonly jobName: string | null;
  /** What became of it, in the words of the function; `busy`: somebody holds it, and it is to be tried again. */
  readonly what: string;
}

export interface JobsTouched {
  readonly jobs: readonly JobTouched[];
  /** Where there is a job that is ready now. */
  readonly opened: readonly Lane[];
}

/** Reads what the functions return that change jobs by hand. */
export function decodeWhat(rows: readonly SqlRow[]): JobsTouched {
  const jobs: JobTouched[] = [];
  const opened: Lane[] = [];
  for (const [id, what, name, channel] of rows) {
    if (id === null || id === undefined) opened.push({ channel: asText(channel), name: asText(name) });
    else jobs.push({ jobId: asText(id), jobName: asNullable(name, asText), what: asText(what) });
  }
  return { jobs, opened };
}
