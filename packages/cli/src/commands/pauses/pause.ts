import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { given } from '../../given.ts';
import { duration, text } from '../../options.ts';
import { plural } from '../../output/words.ts';
import { wordsOf } from '../../target-options.ts';
import { pausedOf, pausedOptions } from './what.ts';

export const pause: Command = defineCommand({
  name: 'pause',
  about: 'Keeps jobs from being started, in all processes, until they are resumed. Those that run go on.',
  options: {
    ...pausedOptions,
    reason: text('text', 'why: told to whoever asks why a job waits'),
    wait: duration('wait so long for those that run; end with 1 where some run still'),
  },
  run: async ({ options, output, database }) => {
    const { reason, wait, channel, name, group, everything } = options;
    const what = pausedOf({ channel, name, group, everything });
    const { context } = await database();
    const paused = await context().pause(what, given({ reason, waitForRunningSecs: wait }));
    if (output.isJson) output.json({ what, ...paused });
    else {
      output.line(`${paused.isNew ? 'paused' : 'was paused already'}: ${wordsOf(what)}`);
      if (paused.stillRunning > 0) output.note(`${plural(paused.stillRunning, 'job')} of it still running`);
    }
    return wait !== undefined && paused.stillRunning > 0 ? EXIT.notInOrder : EXIT.done;
  },
});
