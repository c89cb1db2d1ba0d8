import { parseArgs } from 'node:util';
import { FULL, type Profile, QUICK } from './profile.ts';

export interface Options {
  readonly help: boolean;
  readonly peers: boolean;
  readonly thisNode: boolean;
  readonly rounds: number;
  readonly only: readonly string[];
  readonly contestants: readonly string[];
  /** Another clone, built, that is measured beside this one; undefined for none. */
  readonly against: string | undefined;
  /** Where the report goes; undefined for none. */
  readonly out: string | undefined;
  readonly profile: Profile;
}

export const HELP = `pnpm bench [options]

Measures BearMQ on a PostgreSQL of its own with production settings (fsync and synchronous_commit on).
  --peers        everything, beside graphile-worker, pg-boss, BullMQ and bare SQL; the peers are installed by npm into
                 apps/benchmarks/peers, and the report is written to a folder
  --quick        small sizes and one round: ends in about three minutes, and says less
  --rounds n     how often everything is measured; contestants take turns, medians are shown (3; 1 with --quick)
  --jobs n,…     sizes of the backlogs that are drained (100000; 10000,100000,1000000 with --peers)
  --only text,…  only the scenarios whose name contains one of these
  --with id,…    only these contestants, besides BearMQ
  --against dir  beside another clone of this repository, in which \`pnpm build\` was run: before and after a change, in
                 turn on one server; a ratio in its column is how it stands to this clone
  --out folder   where results.md, results.json and the charts go (apps/benchmarks/results with --peers)
  --this-node    don't fetch a newer Node.js for peers that need one; leave them out
BullMQ on Redis takes part where redis-server is in the PATH.`;

/** @throws Error when an argument is not understood */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      peers: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      'this-node': { type: 'boolean', default: false },
      rounds: { type: 'string' },
      jobs: { type: 'string' },
      only: { type: 'string', default: '' },
      with: { type: 'string', default: '' },
      against: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { help, peers, quick } = values;
  const profile = quick ? QUICK : FULL;
  const backlogs =
    values.jobs === undefined ? profile.backlogs : list(values.jobs).map((text) => positive('jobs', text));
  return {
    help,
    peers,
    thisNode: values['this-node'],
    rounds: values.rounds === undefined ? (quick ? 1 : 3) : positive('rounds', values.rounds),
    only: list(values.only),
    contestants: list(values.with),
    against: values.against,
    out: values.out,
    profile: { ...profile, backlogs: peers || quick || values.jobs !== undefined ? backlogs : [100_000] },
  };
}

function list(text: string): readonly string[] {
  return text.split(',').filter((part) => part !== '');
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes whole numbers from 1 on, not "${text}"`);
  return value;
}
