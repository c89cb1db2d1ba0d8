import type { Context, ProcessRecord } from '@bearmq/core';
import { hasSqlState, SQL_STATES } from '@bearmq/core/driver';
import { failureOf } from './failures.ts';

/** Whose jobs are asked about: of a name in a channel, or all of a channel. */
interface Wanted {
  readonly name?: string;
  readonly channel: string;
}

type Taken = ProcessRecord['takes'][number];

/** How many of what is taken is told of, for whoever mistyped one. */
const MOST = 10;

/**
 * What to say where no living process takes such jobs; `undefined` where one does, or where this role may not see who does:
 * one that may only enqueue. It does not fail: what it is asked after has been done.
 */
export async function nobodyTakes(context: Context, { name, channel }: Wanted): Promise<string | undefined> {
  const wanted = `${name === undefined ? 'jobs' : JSON.stringify(name)} in the channel ${JSON.stringify(channel)}`;
  let found: readonly ProcessRecord[];
  try {
    found = await context.processes();
  } catch (error) {
    if (hasSqlState(error, SQL_STATES.insufficientPrivilege)) return undefined;
    return `whether a process takes ${wanted} could not be found out: ${failureOf(error).message}`;
  }
  const takes = found.flatMap((process) => (process.state === 'dead' ? [] : process.takes));
  const isTaken = takes.some(
    ({ channels, names }) =>
      (channels?.includes(channel) ?? true) && (name === undefined ? names.length > 0 : names.includes(name)),
  );
  if (isTaken) return undefined;
  return `no process takes ${wanted} now: ${whatIsTaken(takes)}`;
}

function whatIsTaken(takes: readonly Taken[]): string {
  const names = takes.flatMap((taken) => taken.names);
  if (names.length === 0) return 'no worker runs';
  const isAnyChannel = takes.some(({ channels }) => channels === null);
  const channels = isAnyChannel ? '' : ` in ${listed(takes.flatMap((taken) => taken.channels ?? []))}`;
  return `those that run take ${listed(names)}${channels}`;
}

function listed(all: readonly string[]): string {
  const names = [...new Set(all)].sort();
  return [...names.slice(0, MOST), ...(names.length > MOST ? ['…'] : [])].join(', ');
}
