/** What was thrown; anything may be, `undefined` too. */
export interface Thrown {
  readonly thrown: unknown;
}

/** Whether a job put itself off. Told by its name: the program may have another copy of the class. */
export function isSnooze(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'JobSnooze';
}
