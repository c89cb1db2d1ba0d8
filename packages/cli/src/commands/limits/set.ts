import { usageError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { count, rate } from '../../options.ts';
import { targetOf, targetOptions, wordsOf } from '../../target-options.ts';

const MOST = 1_000_000;

export const limitsSet: Command = defineCommand({
  name: 'limits set',
  about: 'Sets the limits of a channel, a name or a group, in place of all that it had.',
  options: {
    ...targetOptions,
    concurrency: count('the most jobs that run at a time', 1, MOST),
    rate: rate('the most starts in a time: 10/1s'),
    groupConcurrency: count('the most jobs of a group that run at a time', 1, MOST),
    groupRate: rate('the most starts of a group in a time'),
    weight: count('how many jobs in a row a group starts when it is its turn', 1, 1_000),
  },
  run: async ({ options, output, database }) => {
    const { concurrency, rate: rateLimit, groupConcurrency, groupRate: groupRateLimit, weight } = options;
    const target = targetOf(options);
    const limits = given({ concurrency, rateLimit, groupConcurrency, groupRateLimit, weight });
    if (Object.keys(limits).length === 0) {
      throw usageError('give at least one limit, such as --concurrency; limits clear takes them away');
    }
    const { context } = await database();
    await context().limits.set(target, limits);
    if (output.isJson) output.json({ ...target, ...limits });
    else output.line(`limited: ${wordsOf(target)}`);
    return EXIT.done;
  },
});
