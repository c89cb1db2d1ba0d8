import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { codeOf, DemoError, reasonOf } from './errors.ts';

/** What the command line asks for. */
export interface DemoOptions {
  /** The folder whose files become jobs: an absolute path. Without one, orders do. */
  readonly folder: string | undefined;
  /** How many orders are placed, where there is no folder. */
  readonly orders: number;
  /** A server to use; without one, the demo starts its own. */
  readonly databaseUrl: string | undefined;
  /** How many jobs run at a time: of orders, in each of two processes. */
  readonly workers: number;
  /** What becomes of the schema, on a server that is not the demo's own; and of the dashboard. */
  readonly afterwards: 'drop' | 'keep';
  /** Where the results are written; without it, to a new temporary folder. */
  readonly results: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

const MAX_WORKERS = 1_000;
const MAX_ORDERS = 1_000_000;
const DEFAULT_ORDERS = 2_000;
const DEFAULT_WORKERS = Math.min(16, Math.max(4, 2 * availableParallelism()));

export const HELP: string = `Usage: pnpm demo [folder] [options]

Places orders, each in one transaction with its job; has two processes charge them; kills one of the two; and checks that
nothing is lost, and nothing charged twice. A dashboard shows all of it meanwhile.

With a folder, every file below it becomes a job instead: it is hashed and measured, one file of a folder at a time, folders
in parallel. Some jobs fail on purpose and are tried again. The files are read, never changed.

  folder           the folder; .git, node_modules, dist and .turbo in it are left out
  --orders N       how many orders are placed (${DEFAULT_ORDERS}); without a folder
  --workers N      how many jobs run at a time (${DEFAULT_WORKERS} here); of orders, in each process
  --database URL   a PostgreSQL server to use (the variable DATABASE_URL, or else a throw-away server of its own);
                   all happens in the schema bearmq_demo, which is dropped at the end
  --keep           leave the dashboard open until Ctrl-C, and with --database the schema after it;
                   with a folder: leave the schema, only with --database
  --results FILE   where to write the results, as CSV (a temporary folder); with a folder
  --help           show this
`;

/**
 * Reads the command line: what to do, or `'help'`.
 *
 * @throws DemoError for whatever is not understood or cannot be.
 */
export function readOptions(args: readonly string[], env: Env): DemoOptions | 'help' {
  const { values, positionals } = parse(args);
  if (values.help === true) return 'help';
  const [folder, ...others] = positionals;
  if (others.length > 0)
    throw new DemoError(`One folder, please, not ${positionals.length}: ${positionals.join(', ')}.`);
  // A package manager runs scripts in the folder of its package.json, and says here where the user is.
  const here = env['INIT_CWD'] || process.cwd();
  const databaseUrl = values.database ?? (env['DATABASE_URL'] || undefined);
  if (databaseUrl !== undefined) checkUrl(databaseUrl, values.database === undefined ? 'DATABASE_URL' : '--database');
  if (folder === undefined && values.results !== undefined) {
    throw new DemoError('--results is of files: name a folder, too.');
  }
  if (folder !== undefined && values.orders !== undefined) {
    throw new DemoError('--orders goes without a folder: leave one of them out.');
  }
  if (folder !== undefined && values.keep === true && databaseUrl === undefined) {
    throw new DemoError('--keep needs a server that outlives the demo: name one with --database URL.');
  }
  return {
    folder: folder === undefined ? undefined : checkFolder(resolve(here, folder)),
    orders: values.orders === undefined ? DEFAULT_ORDERS : checkCount('--orders', values.orders, MAX_ORDERS),
    databaseUrl,
    workers: values.workers === undefined ? DEFAULT_WORKERS : checkCount('--workers', values.workers, MAX_WORKERS),
    afterwards: values.keep === true ? 'keep' : 'drop',
    results: values.results === undefined ? undefined : resolve(here, values.results),
  };
}

const SPEC = {
  database: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  keep: { type: 'boolean' },
  orders: { type: 'string' },
  results: { type: 'string' },
  workers: { type: 'string' },
} as const;

function parse(args: readonly string[]): ReturnType<typeof parseWith> {
  try {
    return parseWith(args);
  } catch (error) {
    const code = codeOf(error) ?? '';
    if (!code.startsWith('ERR_PARSE_ARGS_')) throw error;
    const reason = reasonOf(error);
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new DemoError(`${reason}.`);
    const unknown = /'([^']+)'/.exec(reason)?.[1] ?? 'of that name';
    const known = Object.keys(SPEC).map((name) => `--${name}`);
    throw new DemoError(`There is no option ${unknown}; there are ${known.join(', ')}.`);
  }
}

function parseWith(args: readonly string[]) {
  return parseArgs({ args: [...args], options: SPEC, allowPositionals: true });
}

function checkUrl(url: string, source: string): void {
  const isOne = URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol);
  if (!isOne) throw new DemoError(`${source} must be an address like postgres://user:password@host:5432/database.`);
}

function checkCount(option: string, text: string, max: number): number {
  const given = /^\d+$/.test(text) ? Number(text) : 0;
  if (given >= 1 && given <= max) return given;
  throw new DemoError(`${option} must be a whole number from 1 to ${max}, not ${JSON.stringify(text)}.`);
}

function checkFolder(folder: string): string {
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') throw new DemoError(`There is no folder ${folder}: name one that exists.`);
    if (code === 'EACCES' || code === 'EPERM') throw new DemoError(`You may not enter ${folder}: name another folder.`);
    throw new DemoError(`${folder} cannot be looked into (${code ?? String(error)}): name another folder.`);
  }
  throw new DemoError(`${folder} is not a folder: name the folder that it is in.`);
}
