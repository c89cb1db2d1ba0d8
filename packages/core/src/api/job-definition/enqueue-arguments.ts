import type { IsGiven, JsonSafe } from '../../model/payload/json.ts';
import type { EnqueueAndWaitOptions, EnqueueOptions } from './enqueue-options.ts';

/** The arguments of `enqueueAndWait`: a job without a payload may leave it out. */
export type EnqueueAndWaitArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueAndWaitOptions | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueAndWaitOptions | undefined];

/** The arguments of `enqueue`: a job without a payload may leave it out. */
export type EnqueueArguments<TParams> = [IsGiven<TParams>] extends [never]
  ? [payload?: null | undefined, options?: EnqueueOptions | undefined]
  : [payload: JsonSafe<TParams>, options?: EnqueueOptions | undefined];
