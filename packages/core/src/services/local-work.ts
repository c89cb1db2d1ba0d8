import type { AnnouncedJob } from '../model/announced-job.ts';

/** Is called with the jobs, or with `null` where they are to be looked for: `anywhere`, also where there were none. */
export type LocalWorkListener = (announced: readonly AnnouncedJob[] | null | 'anywhere') => void;

/** Is called when jobs that run were cancelled in this process, with their ids. */
export type LocalCancelListener = (jobIds: readonly string[]) => void;

/** Tells this process's workers of work that this process made: they need no notification. */
export class LocalWork {
  readonly #listeners = new Set<LocalWorkListener>();

  readonly announce: LocalWorkListener = (announced) => {
    for (const listener of this.#listeners) listener(announced);
  };

  readonly #cancelListeners = new Set<LocalCancelListener>();

  tellCancelled(jobIds: readonly string[]): void {
    for (const listener of this.#cancelListeners) listener(jobIds);
  }

  /** @returns stops it. */
  onCancelled(listener: LocalCancelListener): () => void {
    this.#cancelListeners.add(listener);
    return () => this.#cancelListeners.delete(listener);
  }

  /** @returns stops it. */
  subscribe(listener: LocalWorkListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
