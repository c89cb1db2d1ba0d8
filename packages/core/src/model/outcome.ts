import { reasonOf } from '../messages.ts';
import { errorTextOf } from './error-text.ts';
import type { ClaimedJob, FailedRun, Outcome } from './job.ts';
import { MAX_ERROR_LENGTH } from './limits.ts';
import { asciiText } from './text.ts';

/**
 * A failed attempt: tried again after a pause while attempts are left, else failed for good.
 *
 * @param pause asked only where attempts are left: for how many seconds, or whether to give up.
 */
export function outcomeOfError(
  job: ClaimedJob,
  error: unknown,
  failure: FailedRun,
  pause: () => number | 'give-up' = () => job.timeoutSecs,
): Outcome {
  const errorText = errorTextOf(error);
  const secs = job.attempt < job.numAttempts ? pause() : 'give-up';
  if (secs === 'give-up') return { kind: 'failed', job, errorText, failure };
  return { kind: 'waiting', job, attempt: job.attempt, secs, errorText, failure };
}

/** A job that put itself off: its attempt is not spent, and what is kept of earlier errors stays as it is. */
export function snoozed(job: ClaimedJob, secs: number): Outcome {
  return { kind: 'waiting', job, attempt: job.attempt - 1, secs, errorText: null, isSnooze: true };
}

/** A claimed job that was not started: ready again at once, its attempt not spent. */
export function released(job: ClaimedJob): Outcome {
  return { kind: 'waiting', job, attempt: job.attempt - 1, secs: 0, errorText: null };
}

/** A job that was cancelled while it was held here: `'ran'`, and ended by throwing, or `'not-started'`. */
export function cancelled(job: ClaimedJob, reason: string | null, how: 'ran' | 'not-started'): Outcome {
  return { kind: 'cancelled', job, attempt: how === 'ran' ? job.attempt : job.attempt - 1, errorText: reason };
}

/**
 * Whether a job's attempt is to be recorded as spent before it starts, for it was claimed ahead: it may end this process at
 * once, as it did another one.
 */
export function isStartRecorded(job: ClaimedJob): boolean {
  return job.isSuspect && !job.isStarted && job.attempt <= job.numAttempts;
}

/** A job whose worker process died during its last attempt. That this failed was noted by whoever took it back. */
export function outcomeOfDeadWorker(job: ClaimedJob): Outcome {
  return { kind: 'failed', job, errorText: `the worker process died during attempt ${job.numAttempts}, the last` };
}

/** The outcome with another error text, where it has one: `text`, else its own; and in ASCII if need be. */
export function withErrorText(outcome: Outcome, text: string | undefined, characters: 'all' | 'ascii'): Outcome {
  if (outcome.kind === 'succeeded' || outcome.errorText === null) return outcome;
  const errorText = text ?? outcome.errorText;
  return { ...outcome, errorText: characters === 'ascii' ? asciiText(errorText, MAX_ERROR_LENGTH) : errorText };
}

/** What may be recorded in place of an error text that was refused: itself in ASCII, and a word that it was there. */
export function plainerTexts(errorText: string, refusal: unknown): readonly string[] {
  const ascii = asciiText(errorText, MAX_ERROR_LENGTH);
  const none = asciiText(`the text of the error was refused: ${reasonOf(refusal)}`, MAX_ERROR_LENGTH);
  return ascii === errorText ? [none] : [ascii, none];
}

/** What is noted with a running job whose outcome was given up. `diagnose` looks for it. */
export function unrecordedText({ fence }: ClaimedJob, refusal: unknown): string {
  return asciiText(`the outcome of claim ${fence} could not be recorded: ${reasonOf(refusal)}`, MAX_ERROR_LENGTH);
}
