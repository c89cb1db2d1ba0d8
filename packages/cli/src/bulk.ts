import type { BulkOptions, Context, JobFilter } from '@bearmq/core';
import { usageError } from './cli-error.ts';
import type { Call } from './command.ts';
import { confirm } from './confirm.ts';
import type { Database } from './database.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { filterOf, type LaneFilterOptions, laneFilterOptions } from './job-filter-options.ts';
import { checkedJobId } from './job-ids.ts';
import { count, type OptionsOf, toggle } from './options.ts';
import { jobColumns, withoutPayload } from './output/job-columns.ts';
import { atLeast, plural } from './output/words.ts';
import { stopRequests } from './stop-requests.ts';

/** What the commands that change jobs take, beside the options of their own. */
export interface BulkCommandOptions extends LaneFilterOptions {
  readonly limit: number | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly strict: boolean;
}

export const bulkOptions: OptionsOf<BulkCommandOptions> = {
  ...laneFilterOptions,
  limit: count('the most jobs of a filter to take on (default: all)', 1, 1_000_000_000),
  dryRun: toggle('only show which jobs it would be'),
  yes: toggle('do not ask, with a filter'),
  strict: toggle('end with 1 where any job was left as it is'),
};

export const idsArgument = { name: 'id', about: 'ids of jobs, in place of a filter', presence: 'several' } as const;

/** What a call for one page of jobs came to: how many of each kind, or which. */
type Result = object & { readonly next: string | null };

/** A change of jobs. */
export interface Bulk<R extends Result> {
  /** As it is asked for: `cancel`. */
  readonly verb: string;
  /** As it is told: `cancelled`. */
  readonly done: string;
  /** Of these it is said that nothing is wrong with them, though they were not changed at once. */
  readonly alsoDone?: readonly string[];
  /** What the options say of a filter, beside what all such commands take. `{}`: nothing. */
  readonly filter: JobFilter;
  /** The jobs that it is about at all, where the filter does not say; `before` is the database's now. */
  narrow(filter: JobFilter, before: Date): JobFilter;
  send(context: Context, which: JobFilter, page: BulkOptions): Promise<R>;
}

const PAGE = 1_000;
const SHOWN = 5;

/**
 * Changes the jobs of ids, or all those of a filter, page by page; those of a filter after it has said how many there are,
 * and was told to. Jobs that come while it goes on are left out, so that it ends. Asked to stop it does so between pages.
 *
 * @throws {CliError} where it is told neither which ids nor which filter, and where it is not confirmed: nothing was done.
 */
export async function runBulk<R extends Result>(call: Call<BulkCommandOptions>, bulk: Bulk<R>): Promise<ExitCode> {
  const { options, output, surroundings } = call;
  const ids = call.args.filter((id) => id !== undefined).map(checkedJobId);
  const said: JobFilter = { ...filterOf(options), ...bulk.filter };
  const isFilter = Object.keys(said).length > 0;
  if (ids.length === 0 && !isFilter) {
    throw usageError(`${bulk.verb}: of which jobs: give ids, or a filter such as --name`);
  }
  if (ids.length > 0 && isFilter) throw usageError(`${bulk.verb}: give ids or a filter, not both`);
  const database = await call.database();
  const context = database.context();
  const parts: readonly JobFilter[] = isFilter
    ? [bulk.narrow(said, await nowOf(database))]
    : Array.from({ length: Math.ceil(ids.length / PAGE) }, (_, i) => ({ ids: ids.slice(i * PAGE, (i + 1) * PAGE) }));
  if (isFilter || options.dryRun) {
    const { jobs, next } = await context.jobs.find(parts[0] ?? {}, { limit: PAGE, order: 'oldest' });
    const matched = {
      value: Math.min(jobs.length, options.limit ?? Infinity),
      isAtLeast: next !== null && (options.limit ?? Infinity) > PAGE,
    };
    if (options.dryRun) {
      const shown = jobs.slice(0, Math.min(SHOWN, matched.value));
      if (output.isJson) output.json({ matched, sample: shown.map(withoutPayload) });
      else {
        output.line(`would ${bulk.verb} ${plural(atLeast(matched), 'job')}`);
        if (shown.length > 0) output.table(jobColumns(output), shown);
      }
      return EXIT.done;
    }
    if ((jobs.length > 0 || next !== null) && !options.yes)
      await confirm(surroundings, `${bulk.verb} ${plural(atLeast(matched), 'job')}`);
  }
  return await changePages(call, bulk, parts, context);
}

async function changePages<R extends Result>(
  { options, output, surroundings }: Call<BulkCommandOptions>,
  bulk: Bulk<R>,
  parts: readonly JobFilter[],
  context: Context,
): Promise<ExitCode> {
  const requests = stopRequests(surroundings, undefined);
  let total: R | undefined;
  let isStopped = false;
  try {
    for await (const { result, isLast } of pagesOf(bulk, parts, context, options.limit ?? Infinity)) {
      total = total === undefined ? result : sum(total, result);
      if (isLast) break;
      output.note(`${told(total)} so far`);
      isStopped = await requests.within(0);
      if (isStopped) break;
    }
  } finally {
    requests.end();
  }
  if (total !== undefined && output.isJson) output.json(total);
  else if (total !== undefined) output.line(told(total));
  if (isStopped) {
    output.note('stopped before the end: the same command goes on');
    return EXIT.interrupted;
  }
  const fine: readonly string[] = ['next', bulk.done, ...(bulk.alsoDone ?? [])];
  const isSkipped = Object.entries(total ?? {}).some(([key, value]) => !fine.includes(key) && sizeOf(value) > 0);
  const isById = parts[0]?.ids !== undefined;
  return isSkipped && (isById || options.strict) ? EXIT.notInOrder : EXIT.done;
}

interface Page<R> {
  readonly result: R;
  readonly isLast: boolean;
}

async function* pagesOf<R extends Result>(
  bulk: Bulk<R>,
  parts: readonly JobFilter[],
  context: Context,
  atMost: number,
): AsyncGenerator<Page<R>> {
  let left = atMost;
  for (const [index, which] of parts.entries()) {
    for (let after: string | null | undefined; after !== null; ) {
      const page = { limit: Math.min(PAGE, left), ...(after === undefined ? {} : { after }) };
      const result: R = await bulk.send(context, which, page);
      after = result.next;
      left -= Object.values(result).reduce((touched: number, value) => touched + sizeOf(value), 0);
      yield { result, isLast: left <= 0 || (after === null && index === parts.length - 1) };
      if (left <= 0) return;
    }
  }
}

/** Numbers are added, lists go on. */
function sum<R extends Result>(before: R, next: R): R {
  const entries = Object.entries(next).map(([key, value]: [string, unknown]) => {
    const old = (before as Readonly<Record<string, unknown>>)[key];
    if (typeof value === 'number') return [key, value + Number(old)];
    return [key, Array.isArray(value) ? [...(old as readonly unknown[]), ...value] : value];
  });
  return Object.fromEntries(entries) as R;
}

/** `12 cancelled, 1 running`. */
function told(result: Result): string {
  const entries = Object.entries(result).filter(([key]) => key !== 'next');
  const sizes = entries.map(([key, value]): [string, number] => [WORDS[key] ?? key, sizeOf(value)]);
  const shown = sizes.filter(([, size], i) => i === 0 || size > 0);
  return shown.map(([word, size]) => `${size} ${word}`).join(', ');
}

const WORDS: Readonly<Record<string, string>> = { notFound: 'not found', busy: 'held by a transaction' };

function sizeOf(value: unknown): number {
  return Array.isArray(value) ? value.length : typeof value === 'number' ? value : 0;
}

/** A moment after all that is there: by the database's clock, since jobs are. */
async function nowOf({ driver }: Database): Promise<Date> {
  const text = 'select pg_catalog.ceil(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::float8';
  const [row] = await driver.run({ name: 'bearmq_cli_now', text, values: [], plan: 'anew' });
  return new Date(Number(row?.[0]) + 1);
}
