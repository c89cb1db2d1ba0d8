import { usageError } from './cli-error.ts';
import { type OptionsOf, text } from './options.ts';

/** What something is said of. */
export interface TargetOptions {
  readonly channel: string | undefined;
  readonly name: string | undefined;
  readonly group: string | undefined;
}

export const targetOptions: OptionsOf<TargetOptions> = {
  channel: text('name', 'of the jobs of a channel'),
  name: text('name', 'of the jobs of a name'),
  group: text('name', 'of the jobs of a job group'),
};

export type Target = { readonly channel: string } | { readonly jobName: string } | { readonly jobGroup: string };

/** @throws {CliError} where none is given, or several. */
export function targetOf({ channel, name, group }: TargetOptions): Target {
  const targets: Target[] = [];
  if (channel !== undefined) targets.push({ channel });
  if (name !== undefined) targets.push({ jobName: name });
  if (group !== undefined) targets.push({ jobGroup: group });
  const [target, ...more] = targets;
  if (target !== undefined && more.length === 0) return target;
  throw usageError(
    `give one of --channel, --name and --group; ${targets.length === 0 ? 'there is none' : 'there are several'}`,
  );
}

/** In words: `the channel "mail"`. */
export function wordsOf(target: Target | 'everything'): string {
  if (target === 'everything') return target;
  if ('channel' in target) return `the channel ${JSON.stringify(target.channel)}`;
  if ('jobName' in target) return `the name ${JSON.stringify(target.jobName)}`;
  return `the group ${JSON.stringify(target.jobGroup)}`;
}
