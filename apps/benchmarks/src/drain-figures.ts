import type { Figure, Outcome } from './figure.ts';
import type { WorkedOff } from './work-off.ts';

/** One drain as a figure. */
export function rate(what: string, { jobsPerSec, note }: WorkedOff): Figure {
  return { what, value: jobsPerSec, unit: 'jobs/s', ...(note === undefined ? {} : { note }) };
}

/** The first complaint of several, if there is one. */
export function complaints(...found: readonly (string | undefined)[]): Pick<Outcome, 'complaint'> {
  const complaint = found.find((one) => one !== undefined);
  return complaint === undefined ? {} : { complaint };
}

/** One drain as all that a scenario has to tell. */
export function figures(what: string, drained: WorkedOff): Outcome {
  return { figures: [rate(what, drained)], ...complaints(drained.complaint) };
}
