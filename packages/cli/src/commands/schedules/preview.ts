import { previewSchedule } from '@bearmq/core';
import { usageError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count, duration, instant, text, timeZone } from '../../options.ts';

export const schedulesPreview: Command = defineCommand({
  name: 'schedules preview',
  about: 'When the ticks of a schedule would be due. Needs no database.',
  options: {
    cron: text('expression', "five fields: '30 2 * * *'"),
    zone: timeZone('where the clock of --cron is (default: UTC)'),
    everySecs: duration('an interval, in place of --cron'),
    from: instant('ticks later than this (default: now); with --every-secs, which has a tick then'),
    next: count('how many (default: 10)', 1, 1_000),
  },
  run: async ({ options: { cron, zone, everySecs, from, next }, output }) => {
    if ((cron === undefined) === (everySecs === undefined))
      throw usageError('give --cron or --every-secs, and not both');
    if (everySecs !== undefined && zone !== undefined) throw usageError('--zone: goes with --cron');
    const page = given({ from, count: next });
    const ticks =
      cron === undefined
        ? previewSchedule({ everySecs: everySecs ?? 0, from: from ?? new Date() }, page)
        : previewSchedule({ cron, ...given({ timeZone: zone }) }, page);
    if (output.isJson) output.json({ next: ticks });
    else for (const tick of ticks) output.line(output.moment(tick));
    return EXIT.done;
  },
});
