/** How the command ends, for scripts that call it. */
export const EXIT = {
  done: 0,
  /** It did its work, and something is not in order; or it failed in a way that has no number of its own. */
  notInOrder: 1,
  usage: 2,
  /** The database cannot be reached, or refuses to let us in. */
  unreachable: 3,
  /** The schema is missing, too old, or too new. */
  schema: 4,
  /** Not allowed: no confirmation, or no right to do it. */
  refused: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
