import { CliError, usageError } from '../../cli-error.ts';
import type { Argument } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';

export const scheduleArguments: readonly Argument[] = [
  { name: 'job', about: 'the name of its definition', presence: 'required' },
  { name: 'key', about: 'its key (default: default)', presence: 'optional' },
];

/** Which schedule is meant. */
export function scheduleIn([jobName, key = 'default']: readonly (string | undefined)[]): {
  readonly jobName: string;
  readonly key: string;
} {
  if (jobName === undefined) throw usageError('<job>: is missing');
  return { jobName, key };
}

export function noSuchSchedule({ jobName, key }: { readonly jobName: string; readonly key: string }): CliError {
  return new CliError(
    EXIT.notInOrder,
    `schedule ${JSON.stringify(key)} of ${JSON.stringify(jobName)} does not exist: npx bearmq schedules list shows those that do`,
  );
}
