import type { Context, JobDefinition } from '@bearmq/core';
import { usageError } from '../../cli-error.ts';
import { readConfig } from '../../config-file.ts';
import type { GlobalOptions } from '../../global-options.ts';
import { loadJobs } from '../../jobs-module.ts';
import type { Surroundings } from '../../surroundings.ts';

/**
 * The definition of a schedule, which says what its jobs are like, from the program that has it, with the context of that.
 *
 * @throws {CliError} where it has none of that name.
 */
export async function withDefinition(
  module: string | undefined,
  jobName: string,
  { cwd }: Surroundings,
  global: GlobalOptions,
): Promise<{ readonly context: Context; readonly definition: JobDefinition<never> }> {
  const { context, definitions, file } = await loadJobs(module, cwd, await readConfig(cwd, global.config));
  const definition = definitions.find(({ name }) => name === jobName);
  if (definition === undefined) throw usageError(`${file}: exports no definition of ${JSON.stringify(jobName)}`);
  return { context, definition: definition as JobDefinition<never> };
}
