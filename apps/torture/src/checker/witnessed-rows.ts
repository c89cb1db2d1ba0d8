// What the database saw of single jobs and groups. See history.ts for the times.

/** A waiting job was given the payload of another that met it, and perhaps its delay. */
export interface Replacement {
  readonly jobId: string;
  /** That of the payload. */
  readonly key: string;
  /** Whether its delay began anew, and when it is due since then; `null`: at once. */
  readonly isRestart: boolean;
  readonly dueAt: number | null;
  readonly at: number;
}

/** What a run has written in the transaction that completes its job. */
export interface Entry {
  readonly jobId: string;
  readonly run: string;
  readonly attempt: number;
}

/** A job that was deleted by hand, and its state until then. */
export interface Deleted {
  readonly jobId: string;
  readonly state: string;
  readonly at: number;
}

/** A failed attempt, as it is kept with its job. */
export interface KeptFailure {
  readonly attempt: number;
  readonly died: boolean;
}

/** A repeating job's schedule was advanced. These times are the server's own, not translated: they lie on a grid. */
export interface Tick {
  readonly name: string;
  readonly jobId: string;
  readonly dueAt: number;
  /** The server's `now()` in that transaction. */
  readonly firedAt: number;
  /** When the next is due. */
  readonly nextAt: number;
}

/** A group that was opened by force. */
export interface Unlock {
  readonly group: string;
  readonly at: number;
  /** How long it had been locked. */
  readonly lockedSecs: number;
}
