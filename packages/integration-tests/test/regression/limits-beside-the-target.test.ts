import { expect, it } from '@jest/globals';
import { useSchema } from '../support/database.ts';

// A limit that was given beside the target, as one object, was refused as an option of limits.set, which it is.

const schema = useSchema();

it.each([{ concurrency: 1 }, { rateLimit: { max: 1, perSecs: 1 } }, { weight: 2 }])(
  'limits.set says where a limit goes that is beside the target: %j',
  async (limits) => {
    const [name] = Object.keys(limits);
    const target = { jobName: 'CALL_API', ...limits };
    await expect(schema.context().limits.set(target, limits)).rejects.toMatchObject({
      code: 'BEAR_INVALID_OPTION',
      message: `limits.set.${name} is no part of the target: give limits in an object of their own: limits.set(target, { ${name}: … })`,
    });
  },
);
