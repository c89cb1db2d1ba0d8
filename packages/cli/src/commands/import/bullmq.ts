import { type Command, defineCommand } from '../../command.ts';
import { bullRules } from '../../import/bullmq/bullmq-job.ts';
import { openQueues } from '../../import/bullmq/open-queues.ts';
import { runBullImport } from '../../import/bullmq/run.ts';
import { readJobMap } from '../../import/job-map.ts';
import { list, required, text, toggle } from '../../options.ts';
import { importOptions } from './options.ts';

export const importBullMq: Command = defineCommand({
  name: 'import bullmq',
  about: 'Moves the waiting, prioritized and delayed jobs of BullMQ; its workers may go on meanwhile.',
  options: {
    queue: required(list('names', 'its queues, with commas between them')),
    redis: text('url', 'its Redis; else REDIS_URL, or redis://127.0.0.1:6379'),
    prefix: text('text', 'of its keys (default: bull)'),
    ...importOptions,
    setSchedules: toggle('enter its job schedulers here, too, and remove them there; else they are only shown'),
  },
  run: async (call) => {
    const { queue: queues, redis, prefix, map: file, setSchedules, dryRun } = call.options;
    const { cwd, env } = call.surroundings;
    const map = readJobMap(file, cwd, bullRules);
    const open = openQueues(cwd, {
      url: redis ?? env['REDIS_URL'] ?? 'redis://127.0.0.1:6379',
      prefix: prefix ?? 'bull',
      timeoutSecs: call.global.timeout ?? 10,
    });
    return await runBullImport(call, { queues, map, open, isSet: setSchedules && !dryRun });
  },
});
