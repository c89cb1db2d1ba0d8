/** Something that a leg needs is not to be had here, so it is skipped, with this reason. */
export class CannotRun extends Error {}
