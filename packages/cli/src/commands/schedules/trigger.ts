import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { text } from '../../options.ts';
import { scheduleArguments, scheduleIn } from './arguments.ts';
import { withDefinition } from './with-definition.ts';

export const schedulesTrigger: Command = defineCommand({
  name: 'schedules trigger',
  about: 'Enqueues a job of a schedule now, paused or not, and prints its id.',
  arguments: scheduleArguments,
  options: { module: text('file', 'what exports your context and the definition; else that of the config file') },
  run: async ({ options, args, global, output, surroundings }) => {
    const { jobName, key } = scheduleIn(args);
    const { context, definition } = await withDefinition(options.module, jobName, surroundings, global);
    const jobId = await context.schedules.trigger(definition, key);
    if (output.isJson) output.json({ jobId });
    else output.line(jobId);
    return EXIT.done;
  },
});
