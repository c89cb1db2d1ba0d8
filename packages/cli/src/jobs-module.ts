import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type { Context, JobDefinition } from '@bearmq/core';
import * as ourCore from '@bearmq/core';
import { usageError } from './cli-error.ts';
import type { FoundConfig } from './config-file.ts';
import { importModule } from './typescript.ts';

/** What a module of jobs exports. */
export interface JobsModule {
  readonly file: string;
  readonly context: Context;
  readonly definitions: readonly JobDefinition<unknown>[];
  /** The copy of BearMQ that they are of. */
  readonly core: Core;
}

type Core = typeof ourCore;

/**
 * Loads a module that exports a `context` and job definitions: each by itself, or lists of them, under any name.
 *
 * @param given on the command line, relative to where that is; else what the config file says, relative to it.
 * @throws {CliError} for what is no such module; whatever it throws itself.
 */
export async function loadJobs(given: string | undefined, cwd: string, config: FoundConfig): Promise<JobsModule> {
  const file = fileOf(given, cwd, config);
  if (!existsSync(file))
    throw usageError(`[module]: ${JSON.stringify(given ?? config.module)}: there is no file ${file}`);
  const exported = await importModule(file);
  const { context } = exported;
  const values = Object.values(exported).flatMap((value): readonly unknown[] =>
    Array.isArray(value) ? value : [value],
  );
  for (const core of copiesFor(file)) {
    if (!(context instanceof core.Context)) continue;
    const definitions = [...new Set(values.filter((value) => value instanceof core.JobDefinition))];
    if (definitions.length === 0) throw usageError(`${file}: exports no JobDefinition`);
    return { file, context, definitions, core };
  }
  throw usageError(
    `${file}: exports no context: write export const context = new Context({ … }); if it does, BearMQ is loaded twice: ` +
      'see that `npm ls @bearmq/core` shows one copy',
  );
}

/**
 * The copies of BearMQ of which a module's objects may be: ours, and what `require` gives it. That is another one where the
 * module is CommonJS and tsx compiles all that it requires.
 */
function* copiesFor(file: string): Generator<Core> {
  yield ourCore;
  const require = createRequire(file);
  for (const name of ['bearmq', '@bearmq/core']) {
    try {
      yield require(name) as Core;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
}

function fileOf(given: string | undefined, cwd: string, config: FoundConfig): string {
  if (given !== undefined) return resolve(cwd, given);
  if (config.module !== undefined && config.file !== null) return resolve(dirname(config.file), config.module);
  throw usageError('[module]: is missing: name the file that exports your context and your job definitions');
}
