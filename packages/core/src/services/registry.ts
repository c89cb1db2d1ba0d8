import type { EnqueueOverrides } from '../enqueue-overrides.ts';
import { DuplicateJobDefinitionError } from '../errors.ts';
import type { Backoff } from '../model/backoff.ts';
import type { Extras, TickExtra } from '../model/extras.ts';
import type { FailureJobs } from '../model/failed-job.ts';
import type { ClaimedJob, NewJob, TickJob } from '../model/job.ts';
import type { Limits } from '../model/job-limits.ts';
import type { ScheduleEntry, TickOverrides } from '../model/schedule/rule.ts';
import type { JobMetadata } from './job-metadata.ts';

/** A tick of a schedule whose job is to be made. */
export interface TickRequest {
  readonly tick: TickExtra;
  readonly overrides: TickOverrides | undefined;
  readonly jitterSecs: number;
  /** The schedule's payload; `undefined` where nobody looks at it. */
  readonly payload: unknown;
  /** The version of that payload, where it is not 1. */
  readonly v: number | undefined;
}

/** A claim whose stored payload is made what its work function is given. */
export interface Preparation {
  readonly job: ClaimedJob;
  readonly extras: Extras;
  /** Set once a codec has decoded it: the payload as it was enqueued. */
  decoded: { readonly payload: unknown } | undefined;
}

/** What the rest of the house needs to know of a job definition. */
export interface RegisteredJob {
  readonly name: string;
  /** Seconds between two ticks; `undefined` for a definition that does not repeat. */
  readonly repeatSecs: number | undefined;
  /** What its jobs may do at most, in all processes together. */
  readonly limits?: Limits | undefined;
  /** How long a run may take; `undefined`: as long as it likes. */
  readonly maxRunSecs: number | undefined;
  /** Whether what its work function returns is kept. */
  readonly keepsResult?: boolean | undefined;
  /** The pauses after failed attempts, where they are not each job's `timeoutSecs`. */
  readonly backoff?: Backoff<never> | undefined;
  /** Makes of a stored payload what the work function is given; `undefined` where that is the same. */
  readonly prepare?: ((stored: unknown, claimed: Preparation) => Promise<unknown>) | undefined;
  /** The jobs that tell of those which have failed for good. */
  readonly onFailure?: FailureJobs | undefined;
  /** What jobs of it that are enqueued in SQL are to be like, as JSON text; where there is nothing to say, left out. */
  readonly stored?: () => string;
  /** Which version of its payloads this release makes; 1 for most. */
  readonly payloadVersion: number;
  /** Throws or rejects for a payload that its schema does not take; `undefined` where that is none. */
  readonly check?: ((payload: unknown) => void | Promise<void>) | undefined;
  /** Its schedules, but for that of `repeatSecs`. */
  readonly schedules: readonly ScheduleEntry[];
  /** Whether the group of a job is made of its payload. */
  readonly hasGroups: boolean;
  /**
   * A job of it as an enqueue would insert it, through schema, hooks and codec.
   *
   * @param services of the context that is to insert it: it must be the definition's own.
   */
  draft(services: object, owner: string, payload: unknown, options: EnqueueOverrides): Promise<NewJob>;
  /** Runs the work function. */
  execute(payload: unknown, metadata: JobMetadata): unknown;
  /** The job that the next tick of a repeating definition would enqueue. */
  nextTick(): NewJob;
  /** The job of a schedule's tick, whose payload is stored with the schedule. */
  tickJob(request: TickRequest): TickJob;
}

/** The definitions registered in a context, by name. */
export class Registry {
  readonly #byName = new Map<string, RegisteredJob>();
  /** Those of these names, and of names that are not registered yet. */
  readonly #takenBy = new Map<string, RegisteredJob>();
  readonly #listeners = new Set<() => void>();
  /** How often somebody said that there are schedules; 0: none are looked for. */
  #scheduleNews = 0;

  /**
   * Keeps the name for this definition, and tells nobody: what is written for it comes before its first job.
   *
   * @throws DuplicateJobDefinitionError when another definition has the name.
   */
  take(definition: RegisteredJob): void {
    const known = this.#takenBy.get(definition.name);
    if (known !== undefined && known !== definition) throw new DuplicateJobDefinitionError(definition.name);
    this.#takenBy.set(definition.name, definition);
  }

  /** @throws DuplicateJobDefinitionError likewise. */
  register(definition: RegisteredJob): void {
    this.take(definition);
    if (this.#byName.has(definition.name)) return;
    this.#byName.set(definition.name, definition);
    if (definition.schedules.length > 0) this.#scheduleNews += 1;
    this.announce();
  }

  /** Calls the listeners: there is more to find in the database for a definition that is known. */
  announce(): void {
    for (const listener of this.#listeners) listener();
  }

  /** There are schedules in the database, or one more. */
  announceSchedules(): void {
    this.#scheduleNews += 1;
    this.announce();
  }

  /** Whether there may be schedules in the database, but for those of `repeatSecs`; and a mark for {@link noSchedules}. */
  get scheduleNews(): number {
    return this.#scheduleNews;
  }

  /** There were none, when somebody looked who had taken that mark before. */
  noSchedules(mark: number): void {
    if (this.#scheduleNews === mark) this.#scheduleNews = 0;
  }

  get(name: string): RegisteredJob | undefined {
    return this.#byName.get(name);
  }

  names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  all(): readonly RegisteredJob[] {
    return [...this.#byName.values()];
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
