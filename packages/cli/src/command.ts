import type { Database } from './database.ts';
import type { ExitCode } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import type { OptionsOf } from './options.ts';
import type { Output } from './output/output.ts';
import type { Surroundings } from './surroundings.ts';

/** What is given to a command by its place. */
export interface Argument {
  readonly name: string;
  readonly about: string;
  /** `several`: none, one or more; the last of a command. */
  readonly presence: 'required' | 'optional' | 'several';
}

/** What a command is called with. */
export interface Call<O> {
  readonly options: O;
  /** An entry for each of its arguments, and for each that was given of one that may be several. */
  readonly args: readonly (string | undefined)[];
  readonly global: GlobalOptions;
  readonly output: Output;
  readonly surroundings: Surroundings;
  /** Opens the database that the options, the environment or the config file name; closed when the command is over. */
  readonly database: () => Promise<Database>;
}

/** One command, whatever reads the command line. */
export interface Command<O = Readonly<Record<string, unknown>>> {
  /** As it is called: `migrate status`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** It is what its first word alone does: `migrate` is `migrate up`. */
  readonly isDefault?: true;
  readonly about: string;
  readonly arguments?: readonly Argument[];
  readonly options?: OptionsOf<O>;
  /** @throws what ends it, as the exit codes say. */
  run(call: Call<O>): Promise<ExitCode>;
}

/** A command with the types of its options forgotten, for the list of all. */
export function defineCommand<O>(command: Command<O>): Command {
  return command as unknown as Command;
}
