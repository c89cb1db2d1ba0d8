import type { GroupHolder, GroupRecord } from '@bearmq/core';
import { CliError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { given } from '../given.ts';
import { choice, count, text } from '../options.ts';
import type { Output } from '../output/output.ts';
import { age, atLeast } from '../output/words.ts';

const NONE = 'no group has waiting jobs, or jobs that ran lately';

export const groups: Command = defineCommand({
  name: 'groups',
  about: 'Job groups: who holds them and what waits for them; one, or a page.',
  arguments: [{ name: 'name', about: 'of one group', presence: 'optional' }],
  options: {
    limit: count('how many (default: 100)', 1, 1_000),
    order: choice('what comes first (default: name)', ['name', 'waiting', 'oldest', 'held']),
    search: text('text', 'only groups with this in their name'),
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
    const page = await context().groups.list(
      given({ limit: options.limit, after: options.after, order: options.order, search: options.search }),
    );
    if (output.isJson) output.json(page);
    else if (page.groups.length === 0) output.note(options.order === undefined ? NONE : 'no such group');
    else showAll(page.groups, output);
    if (page.next !== null && !output.isJson) {
      const more = page.isPartial ? 'not all were looked at' : 'there are more';
      output.note(`${more}: --after ${JSON.stringify(page.next)}`);
    }
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
      { title: 'job', of: ({ holders }) => holders[0]?.jobId ?? '–', isWhole: true },
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
      { title: 'job', of: ({ jobId }: GroupHolder) => jobId, isWhole: true },
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
