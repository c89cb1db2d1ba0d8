import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { instant, required, text } from '../../options.ts';
import { plural } from '../../output/words.ts';
import { scheduleArguments, scheduleIn } from './arguments.ts';
import { withDefinition } from './with-definition.ts';

export const schedulesBackfill: Command = defineCommand({
  name: 'schedules backfill',
  about: 'Enqueues a job for each tick that a schedule would have had in a stretch of time.',
  arguments: scheduleArguments,
  options: {
    from: required(instant('its begin')),
    to: required(instant('its end, which is not in it')),
    module: text('file', 'what exports your context and the definition; else that of the config file'),
  },
  run: async ({ options, args, global, output, surroundings }) => {
    const { jobName, key } = scheduleIn(args);
    const { context, definition } = await withDefinition(options.module, jobName, surroundings, global);
    const jobIds = await context.schedules.backfill(definition, key, { from: options.from, to: options.to });
    if (output.isJson) output.json({ jobIds });
    else {
      for (const jobId of jobIds) output.line(jobId);
      output.note(`${plural(jobIds.length, 'job')} enqueued`);
    }
    return EXIT.done;
  },
});
