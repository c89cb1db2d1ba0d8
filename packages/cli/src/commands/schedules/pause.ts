import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { scheduleArguments, scheduleIn } from './arguments.ts';

export const schedulesPause: Command = change(
  'pause',
  'paused',
  'Has no tick of a schedule enqueued until it is resumed.',
);

export const schedulesResume: Command = change(
  'resume',
  'resumed',
  'Has the ticks of a schedule enqueued again, from the next one on.',
);

function change(method: 'pause' | 'resume', done: string, about: string): Command {
  return defineCommand({
    name: `schedules ${method}`,
    about,
    arguments: scheduleArguments,
    run: async ({ args, output, database }) => {
      const { jobName, key } = scheduleIn(args);
      const { context } = await database();
      await context().schedules[method](jobName, key);
      if (output.isJson) output.json({ jobName, key, [done]: true });
      else output.line(`${done}: schedule ${JSON.stringify(key)} of ${JSON.stringify(jobName)}`);
      return EXIT.done;
    },
  });
}
