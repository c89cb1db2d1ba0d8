import type { Context, JobFilter, JobRecord } from '@bearmq/core';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { filterOf, laneFilterOptions, overFilterOptions } from '../../job-filter-options.ts';
import { count, duration, toggle } from '../../options.ts';
import { jobColumns, withoutPayload } from '../../output/job-columns.ts';
import type { Output } from '../../output/output.ts';
import { oneLine } from '../../output/table.ts';
import { stopRequests } from '../../stop-requests.ts';
import { LOOKS } from '../../watch.ts';

/** Ends are written in one order and committed in another: so long later they are still looked for. */
const LATE_MS = 10_000;

export const jobsTail: Command = defineCommand({
  name: 'jobs tail',
  about: 'The jobs that ended last, a line each, the newest at the end.',
  options: {
    ...laneFilterOptions,
    ...overFilterOptions(),
    limit: count('how many to begin with (default: 10)', 1, 1_000),
    follow: toggle('go on, with those that end from now on'),
    every: duration('with --follow: how often to look (default: 1s)', LOOKS),
  },
  run: async ({ options, output, surroundings, database }) => {
    const { limit = 10, follow, every = 1 } = options;
    const context = (await database()).context();
    const filter: JobFilter = { states: ['over'], ...filterOf(options) };
    const requests = stopRequests(surroundings, undefined);
    try {
      const ended = endedSince(context, filter, await newestEnd(context));
      if (follow) await ended.next(); // they ended before this was called
      const { jobs } = await context.jobs.find(filter, { limit });
      ended.skip(jobs);
      for (const job of [...jobs].reverse()) show(job, output);
      if (!follow) return EXIT.done;
      while (!(await requests.within(every))) for (const job of await ended.next()) show(job, output);
    } finally {
      requests.end();
    }
    return EXIT.done;
  },
});

function show(job: JobRecord, output: Output): void {
  if (output.isJson) {
    output.jsonLine(withoutPayload(job));
    return;
  }
  const columns = jobColumns(output, ['ended', 'state', 'job', 'id', 'attempt', 'took', 'error']);
  output.line(
    columns.map(({ of, paint }) => paint?.(of(job), job) ?? oneLine(of(job))).join(output.isPlain ? '\t' : '  '),
  );
}

/** When the last one ended, of all. */
async function newestEnd(context: Context): Promise<Date> {
  const { jobs } = await context.jobs.find({ states: ['over'] }, { limit: 1 });
  return jobs[0]?.finalizedAt ?? new Date(0);
}

interface Ended {
  /** Jobs that were told of. */
  skip(jobs: readonly JobRecord[]): void;
  next(): Promise<readonly JobRecord[]>;
}

function endedSince(context: Context, filter: JobFilter, since: Date): Ended {
  let newest = since.getTime();
  let seen = new Map<string, number>();
  const skip = (jobs: readonly JobRecord[]): void => {
    for (const { id, finalizedAt } of jobs) seen.set(id, finalizedAt?.getTime() ?? 0);
  };
  return {
    skip,
    next: async () => {
      const from = Math.max(newest - LATE_MS, since.getTime());
      seen = new Map([...seen].filter(([, ms]) => ms >= from));
      const found: JobRecord[] = [];
      for (let next: string | null | undefined; next !== null; ) {
        const page = await context.jobs.find(
          { ...filter, finalized: { ...filter.finalized, from: new Date(from) } },
          { limit: 1_000, order: 'oldest', ...(next === undefined ? {} : { after: next }) },
        );
        found.push(...page.jobs.filter(({ id, finalizedAt }) => seen.get(id) !== finalizedAt?.getTime()));
        next = page.next;
      }
      skip(found);
      newest = Math.max(newest, ...found.map(({ finalizedAt }) => finalizedAt?.getTime() ?? 0));
      return found;
    },
  };
}
