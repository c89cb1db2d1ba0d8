import { previewSchedule } from '@bearmq/core';
import { usageError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count, duration, instant, text } from '../../options.ts';

export const schedulesPreview: Command = defineCommand({
  name: 'schedules preview',
  about: 'When the ticks of a schedule would be due, with --cron by the clock of --time-zone. Needs no database.',
  options: {
    cron: text('expression', "five fields: '30 2 * * *'"),
    everySecs: duration('an interval, in place of --cron'),
    from: instant('ticks later than this (default: now); with --every-secs, which has a tick then'),
    next: count('how many (default: 10)', 1, 1_000),
  },
  run: async ({ options: { cron, everySecs, from, next }, global: { timeZone }, output }) => {
    if ((cron === undefined) === (everySecs === undefined))
      throw usageError('give --cron or --every-secs, and not both');
    const page = given({ from, count: next });
    const ticks =
      cron === undefined
        ? previewSchedule({ everySecs: everySecs ?? 0, from: from ?? new Date() }, page)
        : previewSchedule({ cron, ...given({ timeZone }) }, page);
    if (output.isJson) output.json({ next: ticks });
    else for (const tick of ticks) output.line(output.moment(tick));
    return EXIT.done;
  },
});
