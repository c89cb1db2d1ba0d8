import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { wordsOf } from '../../target-options.ts';
import { pausedOf, pausedOptions } from './what.ts';

export const resume: Command = defineCommand({
  name: 'resume',
  about: 'Ends a pause.',
  options: pausedOptions,
  run: async ({ options, output, database }) => {
    const what = pausedOf(options);
    const { context } = await database();
    const wasPaused = await context().resume(what);
    if (output.isJson) output.json({ what, wasPaused });
    else output.line(`${wasPaused ? 'resumed' : 'was not paused'}: ${wordsOf(what)}`);
    return EXIT.done;
  },
});
