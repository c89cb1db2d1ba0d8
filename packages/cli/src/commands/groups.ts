import type { GroupHolder, GroupRecord } from '@bearmq/core';
import { CliError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { given } from '../given.ts';
import { count, text } from '../options.ts';
import type { Output } from '../output/output.ts';
import { age, atLeast } from '../output/words.ts';

export const groups: Command = defineCommand({
  name: 'groups',
  about: 'Job groups: who holds them and what waits for them; one, or a page by their names.',
  arguments: [{ name: 'name', about: 'of one group', presence: 'optional' }],
  options: {
    limit: count('how many (default: 100)', 1, 1_000),
    after: text('name', 'go on after this group'),
  },
  run: async ({ options, args, output, database }) => {
    const { context } = await database();
    const [name] = args;
    if (name !== undefined) {
      const group = await context().groups.get(name);
      if (group === null) {
        throw new CliError(
          EXIT.notInOrder,
          `group ${JSON.stringify(name)}: nothing waits for it, and nothing of it ran lately`,
        );
      }
      if (output.isJson) output.json(group);
      else showOne(group, output);
      return EXIT.done;
    }
    const page = await context().groups.list(given({ limit: options.limit, after: options.after }));
    if (output.isJson) output.json(page);
    else if (page.groups.length === 0) output.note('no group has jobs that wait, or had some that ran lately');
    else showAll(page.groups, output);
    if (page.next !== null && !output.isJson) output.note(`there are more: --after ${JSON.stringify(page.next)}`);
    return EXIT.done;
  },
});

function showAll(found: readonly GroupRecord[], output: Output): void {
  const now = new Date();
  output.table(
    [
      { title: 'group', of: ({ jobGroup }) => jobGroup },
      { title: 'running', of: ({ running }) => String(running), side: 'right' },
      { title: 'waiting', of: ({ waiting }) => atLeast(waiting), side: 'right' },
      { title: 'later', of: ({ scheduled }) => atLeast(scheduled), side: 'right' },
      { title: 'held for', of: ({ holders }) => age(holders[0]?.since ?? null, now), side: 'right' },
      { title: 'by', of: ({ holders }) => (holders[0] === undefined ? '–' : placeOf(holders[0])) },
      { title: 'job', of: ({ holders }) => holders[0]?.jobId ?? '–' },
    ],
    found,
  );
}

function showOne(group: GroupRecord, output: Output): void {
  output.list({
    group: group.jobGroup,
    running: String(group.running),
    waiting: atLeast(group.waiting),
    later: atLeast(group.scheduled),
    'next enqueued': group.nextEnqueuedAt === null ? null : output.moment(group.nextEnqueuedAt),
  });
  if (group.holders.length === 0) return;
  output.line('');
  output.table(
    [
      { title: 'job', of: ({ jobId }: GroupHolder) => jobId },
      { title: 'name', of: ({ jobName }) => jobName },
      { title: 'attempt', of: ({ attempt }) => String(attempt), side: 'right' },
      { title: 'since', of: ({ since }) => output.moment(since) },
      { title: 'process', of: placeOf },
      { title: 'lease until', of: ({ leaseExpiresAt }) => output.moment(leaseExpiresAt) },
    ],
    group.holders,
  );
}

function placeOf({ host, pid, processId }: GroupHolder): string {
  return host === null ? processId : `${host}:${pid}`;
}
