import { usageError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { flagOf } from '../commander-tree.ts';
import { EXIT } from '../exit-codes.ts';
import { globalOptions } from '../global-options.ts';

/** @param others all commands but this one. */
export function completion(others: readonly Command[]): Command {
  return defineCommand({
    name: 'completion',
    about: 'Prints a script by which a shell completes the command line.',
    arguments: [{ name: 'shell', about: 'bash, zsh or fish', presence: 'required' }],
    run: async ({ args, output }) => {
      const script = SCRIPTS[args[0] ?? ''];
      if (script === undefined) throw usageError(`<shell>: ${JSON.stringify(args[0])}: give one of bash, zsh, fish`);
      output.line(script(wordsOf(others)));
      return EXIT.done;
    },
  });
}

/** What may follow each beginning of a command line: `''`: the first words, `migrate`: its second ones and options. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(commands: readonly Command[]): Words {
  const words = new Map<string, string[]>([['', ['completion']]]);
  const globals = Object.keys(globalOptions).map(flagOf);
  for (const { name, options = {} } of commands) {
    const path = name.split(' ');
    for (const [i, word] of path.entries()) {
      const before = path.slice(0, i).join(' ');
      const known = words.get(before) ?? [];
      if (!known.includes(word)) words.set(before, [...known, word]);
    }
    words.set(name, [...Object.keys(options).map(flagOf), ...globals]);
  }
  return words;
}

const SCRIPTS: Readonly<Record<string, (words: Words) => string>> = {
  bash: (words) => `_bearmq() {
  local line="\${COMP_WORDS[*]:1:COMP_CWORD-1}" words
  case "$line" in
${cases(words)}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _bearmq bearmq`,
  zsh: (words) => `#compdef bearmq
_bearmq() {
  local line="\${words[*]:1:CURRENT-2}" found
  case "$line" in
${cases(words).replaceAll('words=', 'found=')}
    *) found="" ;;
  esac
  compadd -- \${=found}
}
compdef _bearmq bearmq`,
  fish: (words) =>
    [...words]
      .map(([before, list]) => {
        const condition = before === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${before}`;
        return `complete -c bearmq -f -n '${condition}' -a '${list.join(' ')}'`;
      })
      .join('\n'),
};

/** The longest beginnings first: options of a command may follow each other. */
function cases(words: Words): string {
  return [...words]
    .sort(([a], [b]) => b.length - a.length)
    .map(([before, list]) => `    ${before === '' ? '""' : `"${before}"*`}) words="${list.join(' ')}" ;;`)
    .join('\n');
}
