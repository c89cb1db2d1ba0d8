import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander';
import type { Command } from './command.ts';
import { globalOptions } from './global-options.ts';
import type { Option, OptionsOf } from './options.ts';
import type { TextOutput } from './surroundings.ts';

/** A command line, taken apart. */
export interface Parsed {
  readonly command: Command;
  readonly options: Readonly<Record<string, unknown>>;
  readonly global: Readonly<Record<string, unknown>>;
  readonly args: readonly (string | undefined)[];
}

export interface TreeOptions {
  readonly commands: readonly Command[];
  readonly version: string;
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
}

/**
 * Takes a command line apart. The only file that knows the library that does so.
 *
 * @returns what was called, or the exit code where all is said: the help, the version, or what is wrong with the line.
 */
export async function parse(argv: readonly string[], options: TreeOptions): Promise<Parsed | 0 | 2> {
  let parsed: Parsed | undefined;
  const root = treeOf(options, (found) => {
    parsed = found;
  });
  try {
    await root.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  if (parsed !== undefined) return parsed;
  root.outputHelp({ error: true }); // it was called without a command
  return 2;
}

/** All commands as the library has them: for the help, and for the completion of shells. */
function treeOf({ commands, version, stdout, stderr }: TreeOptions, onParsed: (parsed: Parsed) => void): Commander {
  const root = new Commander('bearmq')
    .description('A job queue on PostgreSQL: its migrations, its health, its jobs.')
    .version(version)
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
      getOutHasColors: () => stdout.isTTY === true,
      getErrHasColors: () => stderr.isTTY === true,
    })
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  addOptions(root, globalOptions);
  for (const command of commands) {
    const leaf = leafOf(root, command);
    leaf.description(command.about).aliases([...(command.aliases ?? [])]);
    addOptions(leaf, command.options ?? {});
    for (const { name, about, presence } of command.arguments ?? []) {
      leaf.argument(presence === 'required' ? `<${name}>` : `[${name}${presence === 'several' ? '...' : ''}]`, about);
    }
    leaf.action(() => {
      const given: readonly unknown[] = leaf.processedArgs.flat();
      onParsed({
        command,
        options: leaf.opts(),
        global: root.opts(),
        args: given.map((arg) => (typeof arg === 'string' ? arg : undefined)),
      });
    });
  }
  return root;
}

/** What the first words of commands with several are about. */
const GROUPS: Readonly<Record<string, string>> = {
  migrate: 'The schema: up to date, or what is pending.',
  jobs: 'Jobs, one by one or many.',
  schedules: 'What enqueues jobs at given times.',
  limits: 'What jobs may do at most, in all processes together.',
  import: 'The waiting jobs of another queue.',
};

function leafOf(root: Commander, { name, isDefault }: Command): Commander {
  const path = name.split(' ');
  const last = path.pop() ?? name;
  const parent = path.reduce(
    (above, word) =>
      above.commands.find((command) => command.name() === word) ?? above.command(word).description(GROUPS[word] ?? ''),
    root,
  );
  return parent.command(last, { isDefault: isDefault === true });
}

function addOptions(command: Commander, options: OptionsOf<Readonly<Record<string, unknown>>> | object): void {
  for (const [key, option] of Object.entries(options) as [string, Option<unknown>][]) {
    const value = option.value === undefined ? '' : ` <${option.value}>`;
    const short = option.short === undefined ? '' : `-${option.short}, `;
    command.addOption(new CommanderOption(`${short}${flagOf(key)}${value}`, option.about));
  }
}

/** `dryRun`: `--dry-run`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
