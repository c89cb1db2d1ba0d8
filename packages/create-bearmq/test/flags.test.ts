import { describe, expect, it } from '@jest/globals';
import { DEFAULTS } from '../src/choices.ts';
import { HELP, readFlags, UsageError } from '../src/flags.ts';

describe('the command line', () => {
  it('says what is not to be asked', () => {
    expect(readFlags(['shop', '--framework', 'hono', '--client=kysely', '-y'])).toEqual({
      given: { folder: 'shop', framework: 'hono', client: 'kysely' },
      isSilent: true,
      wantsHelp: false,
    });
  });

  it('has a help with the default of each', () => {
    expect(HELP).toMatch(/\[folder\] .*\(default: my-jobs\)/);
    for (const [flag, value] of Object.entries(DEFAULTS)) {
      expect(HELP).toMatch(new RegExp(`--${flag} .*\\(default: ${value}[,)]`));
    }
  });

  it.each([
    [['--framework', 'koa'], '--framework: "koa": give one of none, fastify, express, hono, next'],
    [['--databse', 'url'], "Unknown option '--databse'"],
    [['a', 'b'], 'takes one folder, got a b'],
  ])('is refused with %j', (argv, problem) => {
    expect(() => readFlags(argv)).toThrow(UsageError);
    expect(() => readFlags(argv)).toThrow(problem);
  });
});
