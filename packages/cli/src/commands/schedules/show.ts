import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { count } from '../../options.ts';
import { noSuchSchedule, scheduleArguments, scheduleIn } from './arguments.ts';
import { nextOf, ruleOf } from './words.ts';

export const schedulesShow: Command = defineCommand({
  name: 'schedules show',
  about: 'A schedule, and when its next ticks are due.',
  arguments: scheduleArguments,
  options: { next: count('how many ticks (default: 10)', 1, 1_000) },
  run: async ({ options, args, output, database }) => {
    const which = scheduleIn(args);
    const { context } = await database();
    const schedule = await context().schedules.get(which.jobName, which.key);
    if (schedule === null) throw noSuchSchedule(which);
    const next = nextOf(schedule, options.next ?? 10);
    if (output.isJson) {
      output.json({ ...schedule, next });
      return EXIT.done;
    }
    const overrides = Object.entries(schedule.overrides).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    output.list({
      job: schedule.jobName,
      key: schedule.key,
      rule: ruleOf(schedule),
      'entered by': schedule.origin,
      'catch up': schedule.catchUp,
      overlap: schedule.overlap,
      jitter: schedule.jitterSecs === 0 ? null : `${schedule.jitterSecs} s`,
      'at most late': schedule.maxLateSecs === null ? null : `${schedule.maxLateSecs} s`,
      overrides: overrides.length === 0 ? null : overrides.join(' '),
      payload: JSON.stringify(schedule.payload),
      last: schedule.lastAt === null ? null : output.moment(schedule.lastAt),
      'last job': schedule.lastJobId,
      'paused since': schedule.pausedAt === null ? null : output.moment(schedule.pausedAt),
      changed: output.moment(schedule.updatedAt),
    });
    output.line('');
    output.table(
      [{ title: schedule.pausedAt === null ? 'next' : 'next, were it not paused', of: (at) => output.moment(at) }],
      next,
    );
    return EXIT.done;
  },
});
