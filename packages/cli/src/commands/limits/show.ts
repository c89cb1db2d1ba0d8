import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { targetOf, targetOptions, wordsOf } from '../../target-options.ts';
import { limitColumns } from './words.ts';

export const limitsShow: Command = defineCommand({
  name: 'limits show',
  about: 'The limits of one channel, name or group.',
  options: targetOptions,
  run: async ({ options, output, database }) => {
    const target = targetOf(options);
    const { context } = await database();
    const found = await context().limits.get(target);
    if (output.isJson) output.json({ limits: found });
    else if (found === null) output.note(`${wordsOf(target)} has no limits`);
    else output.table(limitColumns, [found]);
    return EXIT.done;
  },
});
