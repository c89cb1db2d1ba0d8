import { type Command, defineCommand } from '../../command.ts';
import { confirm } from '../../confirm.ts';
import { EXIT } from '../../exit-codes.ts';
import { toggle } from '../../options.ts';
import { noSuchSchedule, scheduleArguments, scheduleIn } from './arguments.ts';

export const schedulesRemove: Command = defineCommand({
  name: 'schedules remove',
  about: 'Deletes a schedule. One that a definition declares is entered again when that is registered.',
  arguments: scheduleArguments,
  options: { yes: toggle('do not ask') },
  run: async ({ options, args, output, surroundings, database }) => {
    const which = scheduleIn(args);
    const { schedules } = (await database()).context();
    if ((await schedules.get(which.jobName, which.key)) === null) throw noSuchSchedule(which);
    const named = `schedule ${JSON.stringify(which.key)} of ${JSON.stringify(which.jobName)}`;
    if (!options.yes) await confirm(surroundings, `remove ${named}`);
    const wasThere = await schedules.remove(which.jobName, which.key);
    if (!wasThere) throw noSuchSchedule(which);
    if (output.isJson) output.json({ ...which, removed: true });
    else output.line(`removed: ${named}`);
    return EXIT.done;
  },
});
