import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count, text } from '../../options.ts';
import { limitColumns } from './words.ts';

export const limitsList: Command = defineCommand({
  name: 'limits list',
  about: 'All limits there are: of channels, of groups, and of names.',
  options: {
    limit: count('how many (default: 100)', 1, 1_000),
    after: text('place', 'go on where a page ended'),
  },
  run: async ({ options: { limit, after }, output, database }) => {
    const { context } = await database();
    const page = await context().limits.list(given({ limit, after }));
    if (output.isJson) output.json(page);
    else if (page.limits.length === 0) output.note('nothing is limited');
    else output.table(limitColumns, page.limits);
    if (page.next !== null && !output.isJson) output.note(`there are more: --after ${JSON.stringify(page.next)}`);
    return EXIT.done;
  },
});
