import { parseArgs } from 'node:util';
import type { Fault } from './faults/fault.ts';
import { FAILOVER_FAULTS, FAULTS } from './faults/index.ts';
import { FIGURES } from './figures/run-figures.ts';

export interface Options {
  readonly mode: 'run' | 'judge' | 'help' | 'list' | 'figures';
  readonly seed: number;
  readonly secs: number;
  readonly rounds: number;
  readonly faults: readonly Fault[];
  readonly ledgers: 'keep' | 'remove';
  /** Where the ledgers of an earlier run are, which is judged again. */
  readonly folder: string;
  /** What is measured in place of a torture. */
  readonly figures: { readonly names: readonly string[]; readonly soakMinutes: number | null };
}

export const HELP: string = `pnpm torture [options]

Runs workers, producers and orchestrators on a PostgreSQL of its own while everything goes wrong, and proves afterwards,
from what each process wrote down and what the database saw, that BearMQ kept its promises. Exit code 1 if it did not.
  --seed n       of the faults and the jobs (random); a run tells its own, and how to repeat it
  --secs n       for how long faults strike (45); working off what is left takes some seconds more
  --rounds n     so many runs one after the other, each with the next seed and a new database (1)
  --only a,b     only these faults
  --except a,b   all but these
  --failover     on a primary and a synchronous standby, which takes its place now and then
  --none         no fault at all: the judgement of a quiet run
  --keep         don't remove the ledgers of a run without violations
  --judge dir    judges the ledgers of an earlier run again, and tells all that is known of each violation
  --list         what faults there are
In place of a torture, figures as Markdown, with exit code 1 if one is not as promised:
  --figures [a]  ${Object.keys(FIGURES).join(', ')}, or all of these, some ten minutes
  --soak [n]     n minutes (30) at a steady rate: whether memory, tables or waits grow
`;

/** @throws Error when an argument is not understood */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      failover: { type: 'boolean', default: false },
      none: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      figures: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      seed: { type: 'string' },
      secs: { type: 'string', default: '45' },
      rounds: { type: 'string', default: '1' },
      only: { type: 'string' },
      except: { type: 'string', default: '' },
      judge: { type: 'string', default: '' },
    },
  });
  const all = values.failover ? FAILOVER_FAULTS : FAULTS;
  const only = values.only === undefined ? all : named(values.only);
  const except = named(values.except);
  const isMeasured = values.figures || values.soak;
  const [stray] = isMeasured ? [] : positionals;
  if (stray !== undefined) throw new Error(`"${stray}" is not understood; --help tells what is`);
  return {
    mode: values.help ? 'help' : values.list ? 'list' : isMeasured ? 'figures' : values.judge === '' ? 'run' : 'judge',
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : whole('seed', values.seed, 0),
    secs: whole('secs', values.secs, 1),
    rounds: whole('rounds', values.rounds, 1),
    faults: values.none ? [] : only.filter((fault) => !except.includes(fault)),
    ledgers: values.keep ? 'keep' : 'remove',
    folder: values.judge,
    figures: {
      names: values.figures ? figureNames(values.soak ? positionals.filter((one) => !isNumber(one)) : positionals) : [],
      soakMinutes: values.soak ? whole('soak', positionals.find(isNumber) ?? '30', 1) : null,
    },
  };
}

/** All of them, unless some are named. */
function figureNames(named: readonly string[]): readonly string[] {
  const known = Object.keys(FIGURES);
  const stranger = named.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`there is no figure "${stranger}", only ${known.join(', ')}`);
  return named.length === 0 ? known : named;
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function named(list: string): readonly Fault[] {
  const names = list.split(',').filter((name) => name !== '');
  return names.map((name) => {
    const fault = [...FAULTS, ...FAILOVER_FAULTS].find((one) => one.name === name);
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
