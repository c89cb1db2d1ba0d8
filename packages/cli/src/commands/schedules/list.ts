import type { ScheduleRecord } from '@bearmq/core';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count, text } from '../../options.ts';
import type { Output } from '../../output/output.ts';
import type { Column } from '../../output/table.ts';
import { ruleOf } from './words.ts';

export const schedulesList: Command = defineCommand({
  name: 'schedules list',
  about: 'The schedules of all definitions: when they are due next, and which are paused.',
  options: {
    name: text('name', 'only those of this job'),
    limit: count('how many (default: 100)', 1, 200),
    after: text('place', 'go on where a page ended'),
  },
  run: async ({ options: { name, limit, after }, output, database }) => {
    const { context } = await database();
    const page = await context().schedules.list(given({ jobName: name, limit, after }));
    if (output.isJson) output.json(page);
    else if (page.schedules.length === 0) output.note('there is no schedule');
    else output.table(columnsOf(output), page.schedules);
    if (page.next !== null && !output.isJson) output.note(`there are more: --after '${page.next}'`);
    return EXIT.done;
  },
});

function columnsOf(output: Output): readonly Column<ScheduleRecord>[] {
  return [
    { title: 'job', of: ({ jobName }) => jobName },
    { title: 'key', of: ({ key }) => key },
    { title: 'rule', of: ruleOf },
    { title: 'next', of: ({ nextAt, pausedAt }) => (pausedAt === null ? output.moment(nextAt) : 'paused') },
    { title: 'last', of: ({ lastAt }) => output.moment(lastAt) },
    { title: 'last job', of: ({ lastJobId }) => lastJobId ?? '–', isWhole: true },
    { title: 'by', of: ({ origin }) => origin },
  ];
}
