/** A fault could not be applied, because of another one. */
export class Missed extends Error {}
