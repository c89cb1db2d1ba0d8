import type { OfPayload } from './payload/of-payload.ts';

/** A JobDefinition, as far as a schedule needs to know it. */
export interface DefinitionOf<TParams> {
  readonly name: string;
  readonly '~payload': OfPayload<TParams>;
}
