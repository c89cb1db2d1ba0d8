import { bulkOptions, idsArgument, runBulk } from '../../bulk.ts';
import { type Command, defineCommand } from '../../command.ts';
import { required, text } from '../../options.ts';
import { nobodyTakes } from '../../takers.ts';
import { waitingFilter, waitingStateOption } from './waiting.ts';

export const jobsMove: Command = defineCommand({
  name: 'jobs move',
  about: 'Moves waiting jobs to another channel, where they keep their place in line.',
  arguments: [idsArgument],
  options: { ...bulkOptions, ...waitingStateOption, to: required(text('channel', 'the channel')) },
  run: async (call) => {
    const { to } = call.options;
    const exitCode = await runBulk(call, {
      verb: 'move',
      done: 'changed',
      ...waitingFilter(call.options),
      send: (context, which, page) => context.jobs.move(which, to, page),
    });
    const nobody = await nobodyTakes((await call.database()).context(), { channel: to });
    if (nobody !== undefined) call.output.warn(`${nobody}. The jobs wait until one does`);
    return exitCode;
  },
});
