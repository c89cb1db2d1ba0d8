import type { LaneRecord } from '@bearmq/core';
import { type Command, defineCommand } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { given } from '../given.ts';
import { instant, text } from '../options.ts';
import type { Output } from '../output/output.ts';
import type { Column } from '../output/table.ts';
import { age, atLeast, number, percent } from '../output/words.ts';
import { watch, watchOptions } from '../watch.ts';

export const stats: Command = defineCommand({
  name: 'stats',
  aliases: ['status'],
  about:
    'What waits and what runs by lane (name and channel), and how it went: in the last five minutes, or since --since.',
  options: {
    channel: text('name', 'only lanes of this channel'),
    name: text('name', 'only lanes of this job'),
    since: instant(
      'the figures of runs since then (default: 5m); kept by the minute for a day, by the hour for 90 days',
    ),
    ...watchOptions(),
  },
  run: async (call) => {
    const { options, output, database } = call;
    const { context } = await database();
    const { channel, name, since } = options;
    const fits = (lane: LaneRecord): boolean =>
      (channel === undefined || lane.channel === channel) && (name === undefined || lane.jobName === name);
    await watch(call, async () => {
      const lanes = (await context().lanes(given({ since }))).filter(fits);
      return { show: () => show(lanes, output, since), isOver: false };
    });
    return EXIT.done;
  },
});

function show(lanes: readonly LaneRecord[], output: Output, since: Date | undefined): void {
  if (output.isJson) output.json({ lanes });
  else if (lanes.length === 0) output.line('there are no jobs, and were none lately');
  else {
    output.table(COLUMNS, lanes);
    const from = lanes[0]?.figuresSince;
    if (since !== undefined && from !== undefined) output.note(`figures of runs since ${output.moment(from)}`);
  }
}

const right = (title: string, of: Column<LaneRecord>['of']): Column<LaneRecord> => ({ title, of, side: 'right' });

const COLUMNS: readonly Column<LaneRecord>[] = [
  { title: 'job', of: ({ jobName }) => jobName },
  { title: 'channel', of: ({ channel }) => channel },
  right('ready', ({ ready }) => atLeast(ready)),
  right('oldest', ({ oldestReadyAt, running }) => age(oldestReadyAt, running.asOf)),
  right('later', ({ scheduled }) => number(scheduled?.value)),
  right('running', ({ running }) => String(running.value)),
  right('slots', ({ slots, served }) => (served === 'yes' ? String(slots) : served)),
  right('started', ({ started }) => number(started)),
  right('per min', ({ startedPerMin }) => number(startedPerMin)),
  right('failed', ({ failedShare }) => percent(failedShare)),
  right('wait p50', ({ waitMs }) => number(waitMs.p50, 'ms')),
  right('p99', ({ waitMs }) => number(waitMs.p99, 'ms')),
  right('run p50', ({ runMs }) => number(runMs.p50, 'ms')),
  right('p99', ({ runMs }) => number(runMs.p99, 'ms')),
];
