import type { InvalidOptionError } from '@bearmq/core';
import type { Argument, Command } from './command.ts';
import { flagOf } from './commander-tree.ts';
import { globalOptions } from './global-options.ts';

/** What the command calls otherwise than the API does: its options by those of the API. */
const RENAMED: Readonly<Record<string, string>> = {
  jobName: 'name',
  jobGroup: 'group',
  errorIncludes: 'error',
  states: 'state',
  outcomes: 'outcome',
  delaySecs: 'delay',
  numAttempts: 'attempts',
  timeoutSecs: 'retryAfter',
  patienceSecs: 'patience',
  waitForRunningSecs: 'wait',
  rateLimit: 'rate',
  groupRateLimit: 'groupRate',
  count: 'next',
};

/** Where a filter has the name of what is set. */
const OF_CHANGES: Readonly<Record<string, string>> = { 'jobs.move.channel': 'to', 'jobs.setPriority.priority': 'to' };

/** How an argument is written in the help: `<id>`, `[json]`. */
export function shownArgument({ name, presence }: Argument): string {
  return presence === 'required' ? `<${name}>` : `[${name}]`;
}

/** What the API says of an option, of the option or the argument of the command that it was given by. */
export function inOwnWords({ option, message }: InvalidOptionError, command: Command): string {
  const options = Object.keys({ ...command.options, ...globalOptions });
  const told = message.startsWith(`${option} `) ? message.slice(option.length + 1) : message;
  const problem = told.replace(/\b[a-z]+[A-Z]\w*\b/g, (word) => {
    const key = RENAMED[word] ?? word;
    return options.includes(key) ? flagOf(key) : word;
  });
  const parts = option.replace(/ .*/s, '').split('.').reverse();
  for (const part of OF_CHANGES[option] === undefined ? parts : [OF_CHANGES[option]]) {
    const key = RENAMED[part] ?? part;
    if (options.includes(key)) return `${flagOf(key)}: ${problem}`;
    const argument = command.arguments?.find(({ name }) => name === key);
    if (argument !== undefined) return `${shownArgument(argument)}: ${problem}`;
  }
  return message;
}
