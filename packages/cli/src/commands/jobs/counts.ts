import type { JobCount, OutcomeCount } from '@bearmq/core';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count } from '../../options.ts';
import type { Column } from '../../output/table.ts';
import { atLeast } from '../../output/words.ts';

export const jobsCounts: Command = defineCommand({
  name: 'jobs counts',
  about: 'How many jobs wait and run, by channel, name and state; and how many ended in the last hour.',
  options: { upTo: count('how far to count each (default: 1000)', 1, 1_000_000) },
  run: async ({ options, output, database }) => {
    const { context } = await database();
    const counts = await context().jobs.counts(given({ upTo: options.upTo }));
    if (output.isJson) output.json(counts);
    else output.table(COLUMNS, [...counts.unfinished, ...counts.lastHour]);
    return EXIT.done;
  },
});

const COLUMNS: readonly Column<JobCount | OutcomeCount>[] = [
  { title: 'job', of: ({ jobName }) => jobName },
  { title: 'channel', of: (row) => ('channel' in row ? row.channel : '–') },
  { title: 'state', of: (row) => ('state' in row ? row.state : `${row.outcome} in the last hour`) },
  { title: 'count', of: ({ count: value, isAtLeast }) => atLeast({ value, isAtLeast }), side: 'right' },
];
