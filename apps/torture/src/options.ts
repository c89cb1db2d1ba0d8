import { parseArgs } from 'node:util';
import type { Fault } from './faults/fault.ts';
import { FAULTS } from './faults/index.ts';

export interface Options {
  readonly mode: 'run' | 'help' | 'list';
  readonly seed: number;
  readonly secs: number;
  readonly rounds: number;
  readonly faults: readonly Fault[];
  readonly ledgers: 'keep' | 'remove';
}

export const HELP = `pnpm torture [options]

Runs workers, producers and orchestrators on a PostgreSQL of its own while everything goes wrong, and proves afterwards,
from what each process wrote down and what the database saw, that BearMQ kept its promises. Exit code 1 if it did not.
  --seed n       of the faults and the jobs (random); a run tells its own, and how to repeat it
  --secs n       for how long faults strike (45); working off what is left takes some seconds more
  --rounds n     so many runs one after the other, each with the next seed and a new database (1)
  --only a,b     only these faults
  --except a,b   all but these
  --none         no fault at all: the judgement of a quiet run
  --keep         don't remove the ledgers of a run without violations
  --list         what faults there are
`;

/** @throws Error when an argument is not understood */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      none: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string' },
      secs: { type: 'string', default: '45' },
      rounds: { type: 'string', default: '1' },
      only: { type: 'string' },
      except: { type: 'string', default: '' },
    },
  });
  const only = values.only === undefined ? FAULTS : named(values.only);
  const except = named(values.except);
  return {
    mode: values.help ? 'help' : values.list ? 'list' : 'run',
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : whole('seed', values.seed, 0),
    secs: whole('secs', values.secs, 1),
    rounds: whole('rounds', values.rounds, 1),
    faults: values.none ? [] : only.filter((fault) => !except.includes(fault)),
    ledgers: values.keep ? 'keep' : 'remove',
  };
}

function named(list: string): readonly Fault[] {
  const names = list.split(',').filter((name) => name !== '');
  return names.map((name) => {
    const fault = FAULTS.find((one) => one.name === name);
    if (fault === undefined) throw new Error(`there is no fault "${name}"; --list tells what there is`);
    return fault;
  });
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${name} takes a whole number from ${least} on, not "${text}"`);
  }
  return value;
}
