import { setTimeout as delay } from 'node:timers/promises';
import { shownArgument } from './api-words.ts';
import { usageError } from './cli-error.ts';
import type { Call, Command } from './command.ts';
import { flagOf, parse } from './commander-tree.ts';
import { commands } from './commands/index.ts';
import { type Database, openDatabase } from './database.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { failureOf } from './failures.ts';
import { type GlobalOptions, globalOptions } from './global-options.ts';
import type { OptionsOf } from './options.ts';
import { Output } from './output/output.ts';
import { readRelease } from './release.ts';
import { withoutPassword } from './secrets.ts';
import { ownSurroundings, type Surroundings } from './surroundings.ts';

/** How long an interrupted command waits for its connections to close, in milliseconds. */
const CLOSE_MS = 500;

/**
 * Runs the `bearmq` command.
 *
 * @param argv what follows its name on the command line.
 * @param surroundings where it runs; those of this process unless given.
 * @returns the number to end the process with. It never rejects.
 */
export async function runCli(
  argv: readonly string[],
  surroundings: Surroundings = ownSurroundings(),
): Promise<ExitCode> {
  const { stdout, stderr } = surroundings;
  const signals = countSignals(surroundings);
  const parsed = await parse(argv, { commands, version: readRelease(), stdout, stderr });
  if (typeof parsed === 'number') return parsed;
  let output = new Output(surroundings, {
    json: false,
    plain: false,
    color: undefined,
    quiet: false,
    timeZone: undefined,
  });
  let isVerbose = parsed.global['verbose'] === true;
  const opened: Database[] = [];
  let exitCode: ExitCode;
  try {
    surroundings.loadEnvFile?.();
    const global = readOptions(globalOptions, parsed.global);
    isVerbose = global.verbose;
    output = new Output(surroundings, global);
    const run = parsed.command.run(
      callOf(parsed.command, { ...parsed, global, output, surroundings: signals.surroundings }, async () => {
        const database = await openDatabase(global, surroundings);
        opened.push(database);
        return database;
      }),
    );
    exitCode = await Promise.race([run, signals.second]);
  } catch (error) {
    const failure = failureOf(error, parsed.command);
    exitCode = failure.exitCode;
    output.error(failure.message);
    if (isVerbose && error instanceof Error) output.note(withoutPassword(stackOf(error)));
  }
  const closed = Promise.allSettled(opened.map((database) => database.close()));
  // A connection is closed once its statement is answered, and who interrupts twice does not wait for that.
  await (exitCode === EXIT.interrupted ? Promise.race([closed, delay(CLOSE_MS, null, { ref: false })]) : closed);
  return exitCode;
}

/**
 * Who asks twice waits for nothing, whatever a command waits for: a database that does not answer, perhaps. What it has to
 * say of that it says at once, before `second` resolves.
 */
function countSignals(surroundings: Surroundings): {
  readonly surroundings: Surroundings;
  readonly second: Promise<ExitCode>;
} {
  let signals = 0;
  let onSecond = (): void => {};
  const second = new Promise<ExitCode>((resolve) => {
    onSecond = () => setImmediate(() => resolve(EXIT.interrupted));
  });
  const onStopSignal: Surroundings['onStopSignal'] = (handler) =>
    surroundings.onStopSignal(() => {
      handler();
      signals += 1;
      if (signals === 2) onSecond();
    });
  return { surroundings: { ...surroundings, onStopSignal }, second };
}

interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  readonly args: readonly (string | undefined)[];
  readonly global: GlobalOptions;
  readonly output: Output;
  readonly surroundings: Surroundings;
}

function callOf(
  command: Command,
  given: Given,
  open: () => Promise<Database>,
): Call<Readonly<Record<string, unknown>>> {
  const empty = given.args.indexOf('');
  const argument = command.arguments?.[empty];
  if (argument !== undefined) throw usageError(`${shownArgument(argument)}: must not be empty`);
  let database: Promise<Database> | undefined;
  return {
    ...given,
    options: readOptions(command.options ?? {}, given.options),
    database: () => {
      database ??= open();
      return database;
    },
  };
}

/** @throws {CliError} for the first that cannot be what it was given. */
function readOptions<O>(options: OptionsOf<O>, given: Readonly<Record<string, unknown>>): O {
  const keys = Object.keys(options) as (keyof O & string)[];
  return Object.fromEntries(keys.map((key) => [key, options[key].read(given[key], flagOf(key))])) as O;
}

function stackOf(error: Error): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\ncaused by ${stackOf(error.cause)}` : stack;
}
