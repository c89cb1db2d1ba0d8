import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { useSchema } from '../support/database.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { changed, optionsLike } from './support/values.ts';

const schema = useSchema();

const LANES = {
  concurrency: 3,
  rateLimit: { max: 2, perSecs: 1 },
  groupConcurrency: 2,
  groupRateLimit: { max: 1, perSecs: 9 },
};
const GROUP = { groupConcurrency: 2, groupRateLimit: { max: 1, perSecs: 9 }, weight: 2 };
const RATE = { max: 2, perSecs: 1 };

it(
  'any limits of any target are kept as they were set, or refused with nothing set',
  async () => {
    const context = schema.context();
    const target = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom({ channel: 'C' }, { jobName: 'N' }, { jobGroup: 'G' }) },
      optionsLike('channel', 'jobName', 'jobGroup'),
    );
    const limits = fc.oneof(
      { weight: 4, arbitrary: optionsLike('concurrency', 'groupConcurrency', 'weight', 'rateLimit', 'groupRateLimit') },
      optionsLike('max', 'perSecs').map((rate) => ({ rate })),
      fc.constant(null),
    );
    await fuzz('limits', 0.08, fc.record({ target, limits }), async ({ target: drawn, limits: how }, tally) => {
      const what = Array.isArray(drawn) || 'whole' in drawn ? changed({ jobName: 'N' }, drawn as never) : drawn;
      const right = typeof what === 'object' && what !== null && 'jobGroup' in (drawn as object) ? GROUP : LANES;
      const given = how === null ? null : 'rate' in how ? { rateLimit: changed(RATE, how.rate) } : changed(right, how);
      const before = await all();
      const works = await worksOrIsRefused(tally, () => context.limits.set(what as never, given as never));
      if (!works) expect(await all()).toEqual(before);
      else if (given === null) expect(await context.limits.get(what as never)).toBeNull();
      else expect(await context.limits.get(what as never)).toMatchObject(JSON.parse(JSON.stringify(given)) as object);
    });

    async function all(): Promise<unknown> {
      const page = await context.limits.list({ limit: 1_000 });
      expect(page.next).toBeNull();
      return page.limits;
    }
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any page of limits is given, or refused',
  async () => {
    const context = schema.context();
    await context.limits.set({ channel: 'C' }, { concurrency: 1 });
    await fuzz('limits.list', 0.04, optionsLike('limit', 'after'), async (how, tally) => {
      await worksOrIsRefused(tally, () => context.limits.list(changed({ limit: 1 }, how)));
    });
  },
  FUZZ_TIMEOUT_MS,
);
