import { usageError } from './cli-error.ts';
import type { Argument } from './command.ts';

export const jobIdArgument: Argument = { name: 'id', about: 'the job', presence: 'required' };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The one id that a command is about. @throws {CliError} where there is none, or it is none. */
export function jobIdIn([id]: readonly (string | undefined)[]): string {
  if (id === undefined) throw usageError('<id>: is missing');
  return checkedJobId(id);
}

/** @throws {CliError} for what is no id of a job. */
export function checkedJobId(id: string): string {
  if (UUID.test(id)) return id;
  throw usageError(
    `<id>: ${JSON.stringify(id)} is not the id of a job, which is a UUID: npx bearmq jobs list shows them`,
  );
}
