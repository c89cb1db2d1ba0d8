import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { wordsOf } from '../../target-options.ts';

export const pauses: Command = defineCommand({
  name: 'pauses',
  about: 'What is paused, since when, and why.',
  run: async ({ output, database }) => {
    const { context } = await database();
    const found = await context().pauses();
    if (output.isJson) output.json({ pauses: found });
    else if (found.length === 0) output.note('nothing is paused');
    else {
      output.table(
        [
          { title: 'paused', of: ({ what }) => wordsOf(what) },
          { title: 'since', of: ({ since }) => output.moment(since) },
          { title: 'reason', of: ({ reason }) => reason ?? '–' },
        ],
        found,
      );
    }
    return EXIT.done;
  },
});
