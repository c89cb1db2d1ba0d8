import type { Figures, JobCounts } from './figures.ts';
import { count, counted } from './format.ts';
import type { Work } from './work.ts';

/** What was done, and what the database has of it. */
export interface Run extends Work {
  readonly figures: Figures;
}

const NOTHING: JobCounts = { name: '', succeeded: 0, failed: 0, retries: 0, left: 0, running: 0 };

/** The database's counts of a name. */
export function countsOf(figures: Figures, name: string): JobCounts {
  return figures.jobs.find((counts) => counts.name === name) ?? { ...NOTHING, name };
}

/** Compares what was enqueued, what the events told and what the database has. Returns what does not fit together. */
export function findProblems({ jobs, watch, tracker, figures, end }: Run): readonly string[] {
  const problems = [...tracker.problems];
  const isPlanned = (name: string): boolean => name === jobs.neverWorks.name;
  for (const name of tracker.names) {
    const { enqueued, succeeded, failed } = tracker.of(name);
    const stored = countsOf(figures, name);
    const sum = `${count(stored.succeeded)} succeeded + ${count(stored.failed)} failed + ${count(stored.left)} left`;
    if (stored.succeeded + stored.failed + stored.left !== enqueued) {
      problems.push(`${name}: ${count(enqueued)} enqueued, but the database has ${sum}.`);
    } else if (end === 'completed' && stored.left > 0) {
      problems.push(`${name}: ${counted(stored.left, 'job')} never ran.`);
    }
    if (succeeded !== stored.succeeded || failed !== stored.failed) {
      const told = `${count(succeeded)} succeeded + ${count(failed)} failed`;
      problems.push(`${name}: the events tell of ${told}, but the database has ${sum}.`);
    }
    if (stored.running > 0) problems.push(`${name}: ${counted(stored.running, 'job')} left running.`);
    if (stored.failed > 0 && !isPlanned(name)) {
      problems.push(`${name}: ${counted(stored.failed, 'job')} failed for good, which was not planned.`);
    }
  }
  const measured = countsOf(figures, jobs.measure.name).succeeded;
  if (figures.measured !== measured) {
    problems.push(`${counted(measured, 'file')} measured, but ${counted(figures.measured, 'result')} stored.`);
  }
  const { overlaps, disorders } = watch;
  if (overlaps > 0) problems.push(`Two files of one folder ran at the same time, ${counted(overlaps, 'time')}.`);
  if (disorders > 0) problems.push(`A file ran before an earlier one of its folder, ${counted(disorders, 'time')}.`);
  if (figures.workers > 0) problems.push(`${counted(figures.workers, 'worker process')} did not leave.`);
  return problems;
}
