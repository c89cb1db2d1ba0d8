import type { AnnouncedJob } from '../model/announced-job.ts';

/** Is called with the jobs, or with `null` where they are to be looked for. */
export type LocalWorkListener = (announced: readonly AnnouncedJob[] | null) => void;

/** Tells this process's workers of work that this process made: they need no notification. */
export class LocalWork {
  readonly #listeners = new Set<LocalWorkListener>();

  readonly announce: LocalWorkListener = (announced) => {
    for (const listener of this.#listeners) listener(announced);
  };

  /** @returns stops it. */
  subscribe(listener: LocalWorkListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
