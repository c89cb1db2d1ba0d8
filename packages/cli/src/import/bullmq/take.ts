import type { OpenQueue } from './bullmq-types.ts';

/**
 * Takes jobs out of what BullMQ's workers look at, each only if it still waits, and notes it down with the time that it is
 * due: one step of Redis, so that a worker of BullMQ has a job, or we do. What a job consists of stays where it is.
 */
const TAKE = `
local taken = {}
for i = 1, #ARGV do
  local id = ARGV[i]
  local score = redis.call('ZSCORE', KEYS[4], id)
  local removed = 0
  if score then removed = redis.call('ZREM', KEYS[4], id) end
  if removed == 0 then score = false; removed = redis.call('LREM', KEYS[1], -1, id) end
  if removed == 0 then removed = redis.call('ZREM', KEYS[3], id) end
  if removed == 0 then removed = redis.call('LREM', KEYS[2], -1, id) end
  if removed > 0 then
    redis.call('HSET', KEYS[5], id, score and string.format('%.0f', math.floor(score / 4096)) or '0')
    taken[#taken + 1] = id
  end
end
return taken
`;

/** Jobs that are neither BullMQ's any more nor, for all that is known, BearMQ's yet. */
export class TakenJobs {
  readonly #open: OpenQueue;

  constructor(open: OpenQueue) {
    this.#open = open;
  }

  /** Of these jobs, those that waited, and do not any more. */
  async take(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { queue, client } = this.#open;
    const keys = ['wait', 'paused', 'prioritized', 'delayed'].map((type) => queue.toKey(type));
    return new Set((await client.eval(TAKE, keys.length + 1, ...keys, this.#key, ...ids)) as readonly string[]);
  }

  /** All that were taken, by this import or one that did not end: when each is due, in milliseconds since 1970. */
  async all(): Promise<ReadonlyMap<string, number>> {
    const times = await this.#open.client.hgetall(this.#key);
    return new Map(Object.entries(times).map(([id, time]) => [id, Number(time)]));
  }

  async forget(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#open.client.hdel(this.#key, ...ids);
  }

  get #key(): string {
    return this.#open.queue.toKey('bearmq:taken');
  }
}
