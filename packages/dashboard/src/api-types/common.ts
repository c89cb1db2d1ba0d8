import type { Count } from '@bearmq/core';
import type { Wire } from '../wire.ts';

/** Every answer that is no success: 400, 401, 403, 404, 409, 415, 500 or 503. */
export interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}

export type CountAnswer = Wire<Count>;
