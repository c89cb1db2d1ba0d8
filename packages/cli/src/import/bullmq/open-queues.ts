import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CliError, usageError } from '../../cli-error.ts';
import { EXIT } from '../../exit-codes.ts';
import type { BullMq, IoRedis, OpenQueue, RedisClient } from './bullmq-types.ts';

interface Place {
  readonly url: string;
  /** What keys begin with. */
  readonly prefix: string;
  readonly timeoutSecs: number;
}

/**
 * Opens queues with the user's own `bullmq`: that of the folder where the command was called.
 *
 * @throws {CliError} where there is none.
 */
export function openQueues(cwd: string, place: Place): (name: string) => Promise<OpenQueue> {
  const file = resolved(join(cwd, 'package.json'), 'bullmq');
  if (file === undefined) throw missing('bullmq');
  const client = resolved(file, 'ioredis');
  if (client === undefined) throw missing('ioredis');
  const load = createRequire(file);
  const { Queue } = load(file) as BullMq;
  const { Redis } = load(client) as IoRedis;
  return async (name) => {
    const client = await connect(Redis, place);
    const options = { connection: client, prefix: place.prefix };
    const queue = made(`--queue: ${JSON.stringify(name)}`, () => new Queue(name, options));
    queue.on('error', () => {}); // what is called rejects with it, too
    await queue.waitUntilReady();
    return {
      name,
      queue,
      client,
      close: async () => {
        await queue.close();
        client.disconnect();
      },
    };
  };
}

/** A connection that is not made again: whatever is cut short is done by the next import. */
async function connect(Redis: IoRedis['Redis'], { url, timeoutSecs }: Place): Promise<RedisClient> {
  const client = made('--redis: give an address such as redis://127.0.0.1:6379', () => {
    return new Redis(url, {
      lazyConnect: true,
      connectTimeout: timeoutSecs * 1000,
      retryStrategy: () => null,
      maxRetriesPerRequest: null,
    });
  });
  let reason: unknown;
  client.on('error', (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { message } = (reason ?? error) as Error;
    throw new CliError(EXIT.unreachable, `--redis: cannot connect to it: ${message}`, { cause: error });
  }
}

/** What the packages refuse at once is wrong in what was given. An address is not shown: a password may be in it. */
function made<T>(given: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw usageError(`${given}: ${(error as Error).message}`, { cause: error });
  }
}

function missing(name: string): CliError {
  return usageError(
    `import bullmq: needs the package ${name}, which is not installed here: npm install bullmq ioredis, or call this in the folder of the program that has them`,
  );
}

function resolved(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
