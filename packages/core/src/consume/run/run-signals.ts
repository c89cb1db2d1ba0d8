/**
 * The two signals of a run. Each is made when it is first looked at: most work functions never do, and they are dear.
 *
 * They belong to the run and not to its Worker, so that what listens to them and forgets to leave goes with the run.
 */
export class RunSignals {
  #end: AbortController | undefined;
  #reason: Error | undefined;
  #stopping: AbortController | undefined;
  #stop: Error | undefined;
  /** Whether it was told to end for its Worker, and for nothing before that, and is waited for. */
  isInterrupted = false;

  /** Aborted when the run is to end: its outcome will not count, or nobody waits for it any longer. */
  get signal(): AbortSignal {
    this.#end ??= made(this.#reason);
    return this.#end.signal;
  }

  /** Aborted when its Worker is told to stop. */
  get stopping(): AbortSignal {
    this.#stopping ??= made(this.#stop);
    return this.#stopping.signal;
  }

  /** The first reason counts. Returns whether this one does. */
  abort(reason: Error): boolean {
    if (this.#reason !== undefined) return false;
    this.#reason = reason;
    this.#end?.abort(reason);
    return true;
  }

  stop(reason: Error): void {
    if (this.#stop !== undefined) return;
    this.#stop = reason;
    this.#stopping?.abort(reason);
  }
}

function made(reason: Error | undefined): AbortController {
  const controller = new AbortController();
  if (reason !== undefined) controller.abort(reason);
  return controller;
}
