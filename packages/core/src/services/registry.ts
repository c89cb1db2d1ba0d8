import { DuplicateJobDefinitionError } from '../errors.ts';
import type { Backoff } from '../model/backoff.ts';
import type { NewJob } from '../model/job.ts';
import type { JobMetadata } from '../model/job-metadata.ts';

/** What the rest of the house needs to know of a job definition. */
export interface RegisteredJob {
  readonly name: string;
  /** Seconds between two ticks; `undefined` for a definition that does not repeat. */
  readonly repeatSecs: number | undefined;
  /** How long a run may take; `undefined`: as long as it likes. */
  readonly maxRunSecs: number | undefined;
  /** The pauses after failed attempts, where they are not each job's `timeoutSecs`. */
  readonly backoff?: Backoff<never> | undefined;
  /** Runs the work function. */
  execute(payload: unknown, metadata: JobMetadata): unknown;
  /** The job that the next tick of a repeating definition would enqueue. */
  nextTick(): NewJob;
}

/** The definitions registered in a context, by name. */
export class Registry {
  readonly #byName = new Map<string, RegisteredJob>();
  readonly #listeners = new Set<() => void>();

  /** @throws DuplicateJobDefinitionError when another definition has the name. */
  register(definition: RegisteredJob): void {
    const known = this.#byName.get(definition.name);
    if (known === definition) return;
    if (known !== undefined) throw new DuplicateJobDefinitionError(definition.name);
    this.#byName.set(definition.name, definition);
    this.announce();
  }

  /** Calls the listeners: there is more to find in the database for a definition that is known. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  get(name: string): RegisteredJob | undefined {
    return this.#byName.get(name);
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The definitions that repeat. */
  repeating(): readonly RegisteredJob[] {
    return [...this.#byName.values()].filter((definition) => definition.repeatSecs !== undefined);
  }

  /** Calls `listener` after every new definition, and when announced. Returns a function that stops that. */
  onRegistered(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
