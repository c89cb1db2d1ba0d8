/**
 * Carries the type of a payload, for the compiler alone: nothing has such a property. A method's parameter is compared in
 * both directions, so that a definition goes wherever it went without this.
 */
export type OfPayload<TParams> = { takes(payload: TParams): void }['takes'];
