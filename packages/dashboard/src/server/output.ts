import type { JobRecord } from '@bearmq/core';
import type { JobAnswer } from '../api-types.ts';
import type { OutputKind } from '../options.ts';
import type { Call } from './route.ts';

/** Where jobs are redacted by a function that is not told of what they say, nothing of that leaves the server. */
export function outputModeOf({ granted, settings }: Pick<Call, 'granted' | 'settings'>): JobAnswer['output'] {
  const isUntold = settings.redact !== undefined && settings.redactOutput === undefined;
  return isUntold ? 'never' : granted.payloads;
}

export async function progressIn(call: Call, job: JobRecord): Promise<JobAnswer['progress']> {
  if (outputModeOf(call) === 'never') return null;
  const progress = await call.source.context.jobs.progress(job.id);
  if (progress === null) return null;
  return { text: jsonOf(shownOutput(call, job, 'progress', progress.value)), at: progress.at.toISOString() };
}

/** The job is given as it is shown: `redact` has been at it. */
export function shownOutput(
  { settings }: Pick<Call, 'settings'>,
  job: JobRecord,
  kind: OutputKind,
  value: unknown,
): unknown {
  return settings.redactOutput === undefined ? value : settings.redactOutput(value, { kind, job });
}

/** What was redacted to nothing is `null`. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
