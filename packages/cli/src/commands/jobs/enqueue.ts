import { JobDefinition } from '@bearmq/core';
import { usageError } from '../../cli-error.ts';
import { type Command, defineCommand } from '../../command.ts';
import { EXIT } from '../../exit-codes.ts';
import { choice, count, duration, number, text } from '../../options.ts';
import { readAll } from '../../read-all.ts';
import { nobodyTakes } from '../../takers.ts';

const INTEGER = 2 ** 31 - 1;

/** What a definition's program would set is not known here: what is not given has the defaults of a definition. */
export const jobsEnqueue: Command = defineCommand({
  name: 'jobs enqueue',
  about: 'Enqueues a job, and prints its id. Warns where no process takes its name in its channel.',
  arguments: [
    { name: 'name', about: 'of its definition', presence: 'required' },
    { name: 'json', about: 'its payload; - for standard input (default: null)', presence: 'optional' },
  ],
  options: {
    channel: text('name', 'its channel (default: DEFAULT)'),
    group: text('name', 'its job group'),
    delay: duration('how long it waits at least'),
    priority: count('higher ones start first', -INTEGER - 1, INTEGER),
    attempts: count('how many it has in all', 1, INTEGER),
    key: text('key', 'its unique key: while another job of the name has it, none is enqueued'),
    keyUntil: choice('how long a job has its key (default: finished)', ['started', 'finished']),
    retryAfter: number('seconds between two attempts', 0, 3_153_600_000, 'secs'),
  },
  run: async ({ options, args, output, surroundings, database }) => {
    const [name, given = 'null'] = args;
    if (name === undefined) throw usageError('<name>: is missing');
    const payload = parse(given === '-' ? await readAll(surroundings.stdin) : given);
    const { channel, group, delay, priority, attempts, key, keyUntil: until = 'finished', retryAfter } = options;
    if (key === undefined && options.keyUntil !== undefined)
      throw usageError('--key-until: is for a --key, and there is none');
    if (key === '') throw usageError('--key: must not be empty');
    const context = (await database()).context();
    const definition = new JobDefinition<unknown>({
      context,
      name,
      ...(key === undefined ? {} : { unique: { key: () => key, until } }),
    });
    const { jobId, outcome } = await definition.submit(payload, {
      ...(channel === undefined ? {} : { channel }),
      ...(group === undefined ? {} : { jobGroup: group }),
      ...(delay === undefined ? {} : { delaySecs: delay }),
      ...(priority === undefined ? {} : { priority }),
      ...(attempts === undefined ? {} : { numAttempts: attempts }),
      ...(retryAfter === undefined ? {} : { timeoutSecs: retryAfter }),
    });
    if (outcome === 'skipped') output.note(`not enqueued: the job ${jobId} has the key ${JSON.stringify(key)}`);
    if (output.isJson) output.json({ jobId, outcome });
    else output.line(jobId);
    const nobody =
      outcome === 'skipped' ? undefined : await nobodyTakes(context, { name, channel: channel ?? 'DEFAULT' });
    if (nobody !== undefined)
      output.warn(`${nobody}. The job waits until one does. If it is a mistake: npx bearmq jobs delete ${jobId}`);
    return EXIT.done;
  },
});

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw usageError(`[json]: is not JSON, such as '{"name":"Ada"}': ${why}`, { cause: error });
  }
}
