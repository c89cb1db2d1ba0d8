import type { Paused } from '@bearmq/core';
import { usageError } from '../../cli-error.ts';
import { type OptionsOf, toggle } from '../../options.ts';
import { type TargetOptions, targetOf, targetOptions } from '../../target-options.ts';

export interface PausedOptions extends TargetOptions {
  readonly everything: boolean;
}

export const pausedOptions: OptionsOf<PausedOptions> = { ...targetOptions, everything: toggle('of all jobs') };

/** @throws {CliError} where it is nothing, or several. */
export function pausedOf({ everything, ...target }: PausedOptions): Paused {
  const isTarget = Object.values(target).some((value) => value !== undefined);
  if (everything && !isTarget) return 'everything';
  if (everything || !isTarget) {
    throw usageError(
      `give one of --channel, --name, --group and --everything; there ${everything ? 'are several' : 'is none'}`,
    );
  }
  return targetOf(target);
}
