import type { Command } from '../../../../packages/cli/dist/command.js';
import type { Option } from '../../../../packages/cli/dist/options.js';
import { builtModule } from './built-module.ts';
import { code, page, table } from './markdown.ts';

const { flagOf } =
  await builtModule<typeof import('../../../../packages/cli/dist/commander-tree.js')>('cli/dist/commander-tree.js');
const { commands } =
  await builtModule<typeof import('../../../../packages/cli/dist/commands/index.js')>('cli/dist/commands/index.js');
const { EXIT } =
  await builtModule<typeof import('../../../../packages/cli/dist/exit-codes.js')>('cli/dist/exit-codes.js');
const { globalOptions } =
  await builtModule<typeof import('../../../../packages/cli/dist/global-options.js')>('cli/dist/global-options.js');

type Options = Readonly<Record<string, Pick<Option<unknown>, 'about' | 'value' | 'short'>>>;

const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'It did what it was asked to do',
  notInOrder: 'Something is not in order, or it failed in a way that has no number of its own',
  usage: 'The command line makes no sense; nothing was done',
  unreachable: 'The database cannot be reached, or refuses the connection',
  schema: 'The schema is missing, too old, or too new',
  refused: 'Not allowed: nobody confirmed it, or a right is missing',
  interrupted: 'Interrupted by SIGINT',
};

export function cliPage(): string {
  return page(
    {
      title: 'Command line',
      description: 'Each command of npx bearmq, with its arguments, its options and its exit codes.',
      order: 5,
    },
    [
      'The command comes with the package `bearmq`. Call it in the folder of your program: `npx bearmq <command>`. `--help` after any command prints what stands here.',
      '',
      ...table(
        ['Command', 'What it does'],
        commands.map((command) => [`[${code(command.name)}](#${anchor(command)})`, command.about]),
      ),
      '## Options of every command',
      '',
      ...optionsTable(globalOptions),
      '## Exit codes',
      '',
      ...table(
        ['Code', 'Meaning'],
        Object.entries(EXIT).map(([name, number]) => [String(number), EXIT_TEXTS[name as keyof typeof EXIT]]),
      ),
      '## Commands',
      '',
      ...commands.flatMap(sectionOf),
    ],
  );
}

const anchor = ({ name }: Command): string => name.replaceAll(' ', '-');

function sectionOf(command: Command): readonly string[] {
  const given = command.arguments ?? [];
  const options = Object.keys(command.options ?? {});
  const call = [
    'npx bearmq',
    command.name,
    ...given.map(({ name, presence }) =>
      presence === 'required' ? `<${name}>` : `[${name}${presence === 'several' ? '...' : ''}]`,
    ),
    ...(options.length === 0 ? [] : ['[options]']),
  ];
  return [
    `### ${command.name}`,
    '',
    command.about,
    '',
    '```text',
    call.join(' '),
    '```',
    '',
    ...alias(command),
    ...(given.length === 0
      ? []
      : table(
          ['Argument', 'What it is'],
          given.map(({ name, about }) => [code(name), about]),
        )),
    ...(options.length === 0 ? [] : optionsTable(command.options as Options)),
  ];
}

function alias({ name, aliases = [], isDefault }: Command): readonly string[] {
  const others = [...aliases, ...(isDefault === true ? [name.split(' ')[0] ?? ''] : [])];
  return others.length === 0 ? [] : [`Also: ${others.map(code).join(', ')}.`, ''];
}

function optionsTable(options: Options): readonly string[] {
  return table(
    ['Option', 'What it does'],
    Object.entries(options).map(([key, { short, value, about }]) => [
      code(`${short === undefined ? '' : `-${short}, `}${flagOf(key)}${value === undefined ? '' : ` <${value}>`}`),
      about,
    ]),
  );
}
