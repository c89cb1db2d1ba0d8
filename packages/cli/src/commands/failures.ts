import type { FailureGroup } from '@bearmq/core';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { count, duration, text } from '../options.ts';
import type { Column } from '../output/table.ts';
import { age } from '../output/words.ts';

export const failures: Command = defineCommand({
  name: 'failures',
  about: 'Failed jobs by what they failed with, the most frequent first.',
  options: {
    channel: text('name', 'only jobs of this channel'),
    name: text('name', 'only jobs of this name'),
    since: duration('only failures of so long ago or less'),
    upTo: count('how many of the newest to look at (default: 5000)', 1, 100_000),
  },
  run: async ({ options, output, database }) => {
    const { channel, name, since, upTo } = options;
    const { context } = await database();
    const found = await context().failures({
      ...(channel === undefined ? {} : { channel }),
      ...(name === undefined ? {} : { jobName: name }),
      ...(since === undefined ? {} : { since: new Date(Date.now() - since * 1000) }),
      ...(upTo === undefined ? {} : { upTo }),
    });
    if (output.isJson) output.json(found);
    else if (found.groups.length === 0) output.line('no job has failed');
    else output.table(columnsAt(new Date()), found.groups);
    if (found.isPartial)
      output.note(`only the newest ${found.lookedAt} failures were looked at; --up-to looks further`);
    return EXIT.done;
  },
});

function columnsAt(now: Date): readonly Column<FailureGroup>[] {
  return [
    { title: 'count', of: (group) => String(group.count), side: 'right' },
    { title: 'job', of: ({ jobName }) => jobName },
    { title: 'last', of: ({ lastAt }) => age(lastAt, now), side: 'right' },
    { title: 'first', of: ({ firstAt }) => age(firstAt, now), side: 'right' },
    { title: 'message', of: ({ message }) => message },
    { title: 'fingerprint', of: ({ fingerprint }) => fingerprint, isWhole: true },
    { title: 'newest', of: ({ sampleId }) => sampleId, isWhole: true },
  ];
}
