import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { targetOf, targetOptions, wordsOf } from '../../target-options.ts';

export const limitsClear: Command = defineCommand({
  name: 'limits clear',
  about: 'Takes all limits of a channel, a name or a group away; those of a definition until it is registered again.',
  options: targetOptions,
  run: async ({ options, output, database }) => {
    const target = targetOf(options);
    const { context } = await database();
    const wasLimited = (await context().limits.get(target)) !== null;
    await context().limits.set(target, null);
    if (output.isJson) output.json({ ...target, wasLimited });
    else output.line(`${wasLimited ? 'no longer limited' : 'was not limited'}: ${wordsOf(target)}`);
    return EXIT.done;
  },
});
