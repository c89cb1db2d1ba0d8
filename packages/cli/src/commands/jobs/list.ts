import type { Context, JobFilter, JobPage } from '@bearmq/core';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { filterOf, laneFilterOptions, overFilterOptions, stateFilterOption } from '../../job-filter-options.ts';
import { choice, choices, count, text, toggle } from '../../options.ts';
import { COLUMN_NAMES, jobColumns, withoutPayload } from '../../output/job-columns.ts';

export const jobsList: Command = defineCommand({
  name: 'jobs list',
  about: 'Jobs of a filter, or all: those that are not over first, the newest before all.',
  options: {
    ...laneFilterOptions,
    ...stateFilterOption(),
    ...overFilterOptions(),
    limit: count('how many (default: 50)', 1, 1_000),
    after: text('place', 'go on where a page ended'),
    order: choice('which come first (default: newest)', ['newest', 'oldest']),
    all: toggle('all pages; with --json a document for each job, a line each'),
    columns: choices('what to show', COLUMN_NAMES),
    payload: toggle('with --json: the payloads, too'),
  },
  run: async ({ options, output, database }) => {
    const { limit = 50, after, order, all, columns, payload } = options;
    const { context } = await database();
    const filter = filterOf(options);
    const shown = (page: JobPage) => (payload ? page.jobs : page.jobs.map(withoutPayload));
    let isEmpty = true;
    for await (const page of pagesOf(context(), filter, { limit: all ? 1_000 : limit, ...given({ after, order }) })) {
      if (output.isJson && all) for (const job of shown(page)) output.jsonLine(job);
      else if (output.isJson) output.json({ ...page, jobs: shown(page) });
      else if (page.jobs.length > 0) output.table(jobColumns(output, columns), page.jobs);
      isEmpty = isEmpty && page.jobs.length === 0;
      if (all) continue;
      if (page.isPartial) {
        const back = output.moment(page.lookedBackTo);
        output.note(`looked back to ${back} only; --after ${page.next} looks further`);
      } else if (page.next !== null) output.note(`there are more: --after ${page.next}`);
      break;
    }
    if (isEmpty && !output.isJson) output.note('no such job');
    return EXIT.done;
  },
});

type PageOptions = NonNullable<Parameters<Context['jobs']['find']>[1]>;

async function* pagesOf(context: Context, filter: JobFilter, options: PageOptions): AsyncGenerator<JobPage> {
  for (let next: string | null | undefined = options.after; next !== null; ) {
    const page: JobPage = await context.jobs.find(filter, { ...options, ...given({ after: next }) });
    yield page;
    next = page.next;
  }
}
