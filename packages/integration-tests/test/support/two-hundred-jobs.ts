import { expect } from '@jest/globals';
import { type Context, JobDefinition, type JobMetadata } from 'bearmq';

/** Enqueues 200 jobs of four kinds, which check themselves what can be seen from inside, and the rest at the end. */
export async function enqueueAll(context: Context): Promise<{ check(): void }> {
  const payload = (n: number): Payload => ({ n, snake_case: [{ inner_key: null }], camelCase: '"ö" \\ 🐻' });
  const seen: Payload[] = [];
  const waits: number[] = [];
  const attempts: number[] = [];
  const order: Record<string, number[]> = {};
  const busy = new Set<string>();

  const definitions = {
    plain: new JobDefinition({ context, name: 'PLAIN', workFunction: (given: Payload) => void seen.push(given) }),
    grouped: new JobDefinition({
      context,
      name: 'GROUPED',
      channel: 'OTHER',
      jobGroupGenerator: ({ n }: Payload) => `group ${n % 6}`,
      workFunction: async ({ n }: Payload, { jobGroup }: JobMetadata) => {
        if (busy.has(jobGroup)) throw new Error(`two jobs of ${jobGroup} at once`);
        busy.add(jobGroup);
        await new Promise(setImmediate);
        busy.delete(jobGroup);
        order[jobGroup] = [...(order[jobGroup] ?? []), n];
      },
    }),
    flaky: new JobDefinition({
      context,
      name: 'FLAKY',
      numAttempts: 2,
      timeoutSecs: 0,
      workFunction: (_: Payload, { attempt }: JobMetadata) => {
        attempts.push(attempt);
        if (attempt === 1) throw new Error('on purpose');
      },
    }),
    delayed: new JobDefinition({
      context,
      name: 'DELAYED',
      delaySecs: 0.5,
      workFunction: (_: Payload, { enqueuedAt }: JobMetadata) => void waits.push(Date.now() - enqueuedAt.getTime()),
    }),
  };
  for (const definition of Object.values(definitions)) await definition.register();
  const enqueue = async (kind: keyof typeof definitions, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) await definitions[kind].enqueue(payload(n));
  };
  await enqueue('grouped', 60);
  await Promise.all([enqueue('plain', 100), enqueue('flaky', 20), enqueue('delayed', 20)]);

  const check = (): void => {
    expect([...seen].sort((a, b) => a.n - b.n)).toEqual(Array.from({ length: 100 }, (_, n) => payload(n)));
    expect(Object.keys(order)).toHaveLength(6);
    for (const ns of Object.values(order)) expect(ns).toEqual([...ns].sort((a, b) => a - b));
    expect(attempts.filter((attempt) => attempt === 1)).toHaveLength(20);
    expect(attempts.filter((attempt) => attempt === 2)).toHaveLength(20);
    expect(waits).toHaveLength(20);
    // Two clocks, if the server is another machine; here it is not.
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(490);
  };
  return { check };
}

type Payload = { n: number; snake_case: { inner_key: null }[]; camelCase: string };
