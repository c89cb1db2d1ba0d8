import type { Enqueue, History, Process, Run } from './history.ts';

/** What is looked up of a history to say why a run was told to end. */
export interface Sources {
  readonly history: Pick<History, 'cancels' | 'settings'>;
  readonly plans: ReadonlyMap<string, Enqueue>;
  readonly processes: ReadonlyMap<string, Process>;
}

/**
 * How far a run's end may be from that of its grace, in milliseconds, for nobody to know which came first: its process may
 * have been busy.
 */
const CLOSE_MS = 1_500;

/** Whether it was told to end since somebody cancelled its job. */
export function isCancelled({ abortedBy, jobId, abortedAt }: Run, { history }: Pick<Sources, 'history'>): boolean {
  if (abortedAt === null || !isFor(abortedBy, 'JobCancelledError')) return false;
  return history.cancels.some((cancel) => cancel.jobId === jobId && cancel.calledAt <= abortedAt);
}

/** Whether it was told to end since its `maxRunSecs` were over. */
export function isTimedOut({ abortedBy, jobId }: Run, { plans }: Pick<Sources, 'plans'>): boolean {
  return isFor(abortedBy, 'JobTimeoutError') && plans.get(jobId)?.maxRunSecs != null;
}

/** Whether it was told to end since its process was to stop soon. */
export function isStopped({ abortedBy, process, abortedAt }: Run, { processes }: Pick<Sources, 'processes'>): boolean {
  const haste = processes.get(process)?.haste;
  return isFor(abortedBy, 'WorkerStoppingError') && haste != null && (abortedAt ?? -Infinity) >= haste.at;
}

/** Whether its process left it behind when it stopped, and said so, unless the database refused the stop. */
export function isLeftBehind(run: Run, sources: Pick<Sources, 'processes'>): boolean {
  const process = sources.processes.get(run.process);
  if (process?.stillRunning?.includes(run.jobId) === true) return true;
  return process?.mayLeaveLease === true && isStopped(run, sources);
}

/** Whether it was told to end with good reason, and kept its claim. */
export function isToldToEnd(run: Run, sources: Sources): boolean {
  return isCancelled(run, sources) || isTimedOut(run, sources) || isStopped(run, sources);
}

/** Whether what became of a run may be recorded as a failed attempt. */
export function mayHaveFailed(run: Run, sources: Sources): boolean {
  if (run.outcome === 'failed') return true;
  if (isTimedOut(run, sources)) return run.outcome === 'aborted' || lateMs(run, sources) > -CLOSE_MS;
  return isToldToEnd(run, sources) && run.outcome === 'aborted' && lateMs(run, sources) > -CLOSE_MS;
}

/** Whether what became of a run may be recorded as a success. */
export function mayHaveSucceeded(run: Run, sources: Sources): boolean {
  return run.outcome === 'succeeded' && !(isTimedOut(run, sources) && lateMs(run, sources) > CLOSE_MS);
}

/** How long after its grace a run that was told to end has ended, in milliseconds. */
export function lateMs({ abortedAt, endedAt }: Run, { history }: Pick<Sources, 'history'>): number {
  return (endedAt ?? Infinity) - (abortedAt ?? Infinity) - history.settings.graceSecs * 1000;
}

function isFor(abortedBy: string | null | undefined, name: string): boolean {
  return abortedBy?.startsWith(name) === true;
}
