import { rejectionOf } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError, JobDefinition, type Limits, type LimitTarget } from 'bearmq';
import { useSchema } from '../support/database.ts';

// What is refused is refused before anything is asked of a database.
const schema = useSchema({ migrations: 'none' });
const context = schema.context();

const saidOf = async (target: unknown, limits: unknown): Promise<string> => {
  const error = await rejectionOf(context.limits.set(target as LimitTarget, limits as Limits));
  expect(error).toBeInstanceOf(InvalidOptionError);
  return (error as Error).message;
};

describe('limits.set', () => {
  it.each<[unknown, string]>([
    [{}, 'limits.set takes one of { channel }, { jobName } and { jobGroup }; got none of them'],
    [
      { channel: 'C', jobName: 'N' },
      'limits.set takes one of { channel }, { jobName } and { jobGroup }; got channel and',
    ],
    [{ name: 'N' }, 'limits.set.name is not an option'],
    [{ channel: '' }, 'limits.set.channel must not be empty'],
    [{ jobGroup: 'x'.repeat(1025) }, 'limits.set.jobGroup must have at most 1024 bytes'],
    ['DEFAULT', 'limits.set takes an object of options, got a string'],
    [null, 'limits.set takes an object of options, got null'],
  ])('refuses the target %j', async (target, words) => {
    expect(await saidOf(target, { concurrency: 1 })).toContain(words);
  });

  it.each<[unknown, unknown, string]>([
    [{ channel: 'C' }, undefined, 'limits.set takes limits, or null for none, got undefined'],
    [{ channel: 'C' }, {}, 'limits.set takes at least one limit, or null for none'],
    [{ channel: 'C' }, { concurrency: undefined }, 'limits.set takes at least one limit, or null for none'],
    [{ channel: 'C' }, { concurrency: 0 }, 'limits.set.concurrency must be a whole number of jobs from 1 to 1000000'],
    [{ jobName: 'N' }, { weight: 2 }, 'limits.set.weight is of a { jobGroup } only'],
    [{ jobGroup: 'G' }, { concurrency: 2 }, 'limits.set.concurrency is of a channel or a name; a group has groupConc'],
    [{ jobGroup: 'G' }, { rateLimit: { max: 1, perSecs: 1 } }, 'limits.set.rateLimit is of a channel or a name; a'],
    [{ jobGroup: 'G' }, { weight: 1_001 }, 'limits.set.weight must be a whole number of jobs from 1 to 1000'],
    [
      { jobName: 'N' },
      { rateLimit: 5 },
      'limits.set.rateLimit must be an object such as { max: 10, perSecs: 1 }, got 5',
    ],
    [{ jobName: 'N' }, { rateLimit: { max: 5 } }, 'limits.set.rateLimit.perSecs must be a number of seconds'],
    [{ jobName: 'N' }, { limiter: 5 }, 'limits.set.limiter is not an option; did you mean "rateLimit"?'],
  ])('refuses for %j the limits %j', async (target, limits, words) => {
    expect(await saidOf(target, limits)).toContain(words);
  });
});

it.each([{ limit: 0 }, { limit: 1_001 }, { after: '' }, { after: 'x' }, { after: 'name:' }, { size: 5 }])(
  'limits.list refuses the page %j',
  async (page) => {
    expect(await rejectionOf(context.limits.list(page))).toBeInstanceOf(InvalidOptionError);
  },
);

// No line of this is run: the compiler checks it.
export async function types(): Promise<void> {
  await context.limits.set({ channel: 'C' }, { concurrency: 1, rateLimit: { max: 1, perSecs: 1 } });
  await context.limits.set({ jobGroup: 'G' }, { groupConcurrency: 2, weight: 2 });
  await context.limits.set({ jobName: 'N' }, null);
  // @ts-expect-error no target
  await context.limits.set({ name: 'N' }, null);
  // @ts-expect-error half of a rate
  await context.limits.set({ jobName: 'N' }, { rateLimit: { max: 1 } });
  const found = await context.limits.get({ jobName: 'N' });
  const origin: 'definition' | 'api' | undefined = found?.origin;
  const { limits, next } = await context.limits.list({ limit: 10, after: origin ?? '' });
  const more: string | null = next;
  const first: number | undefined = limits[0]?.rateLimit?.max;
  new JobDefinition({ context, name: more ?? 'N', concurrency: first ?? 1, workFunction: () => {} });
  // @ts-expect-error a weight is of a group
  new JobDefinition({ context, name: 'N', weight: 1, workFunction: () => {} });
}
