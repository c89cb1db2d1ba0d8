import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors.ts';
import {
  checkOptions,
  hasMethods,
  isFunction,
  listOf,
  nameOf,
  numberIn,
  oneOf,
  readSafely,
  unchecked,
  withDefaults,
} from './check-options.ts';

const checks = {
  concurrency: numberIn(1, 10, 'jobs', 'whole'),
  timeoutSecs: numberIn(0, 60, 'seconds'),
  channel: nameOf(5),
  on: unchecked,
};

function problemWith(given: unknown): string {
  try {
    checkOptions('Thing', given as object, checks);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionError);
    return (error as Error).message;
  }
  return 'none';
}

describe('a number of something', () => {
  it.each([
    [1, undefined],
    [10, undefined],
    [0, 'must be a whole number of jobs from 1 to 10, got 0'],
    [11, 'must be a whole number of jobs from 1 to 10, got 11'],
    [1.5, 'must be a whole number of jobs from 1 to 10, got 1.5'],
    [Number.NaN, 'must be a whole number of jobs from 1 to 10, got NaN'],
    [Number.POSITIVE_INFINITY, 'must be a whole number of jobs from 1 to 10, got Infinity'],
    ['3', 'must be a whole number of jobs from 1 to 10, got "3"'],
    [3n, 'must be a whole number of jobs from 1 to 10, got 3n'],
    [null, 'must be a whole number of jobs from 1 to 10, got null'],
  ])('may be %p or not: %p', (value, problem) => {
    expect(checks.concurrency(value)).toBe(problem);
  });

  it('may be a fraction unless it has to be whole', () => {
    expect(checks.timeoutSecs(0.5)).toBeUndefined();
    expect(checks.timeoutSecs(-0.5)).toBe('must be a number of seconds from 0 to 60, got -0.5');
  });
});

describe('a name', () => {
  it.each([
    ['JOB', undefined],
    ['größer', undefined],
    ['🐻', undefined],
    [' ', undefined],
    ['12345678', undefined],
    ['', 'must not be empty'],
    ['a\0', 'must not contain a NUL character'],
    ['\ud83d', 'must not contain half a surrogate pair'],
    ['123456789', 'must have at most 8 bytes in UTF-8, got 9'],
    ['üüüüü', 'must have at most 8 bytes in UTF-8, got 10'],
    ['x'.repeat(801), 'must have at most 8 bytes in UTF-8, got 801 or more'],
    [7, 'must be a string, got 7'],
    [undefined, 'must be a string, got undefined'],
    [['a'], 'must be a string, got a list'],
  ])('%j: %j', (name, problem) => {
    expect(nameOf(8)(name)).toBe(problem);
  });
});

describe('other checks', () => {
  it('know functions', () => {
    expect(isFunction(() => {})).toBeUndefined();
    expect(isFunction('f')).toBe('must be a function, got "f"');
  });

  it('know what may be chosen', () => {
    const check = oneOf('auto', 'poll');
    expect(check('poll')).toBeUndefined();
    expect(check('listen')).toBe('must be one of auto, poll; got "listen"');
    expect(check(undefined)).toBe('must be one of auto, poll; got undefined');
  });

  it('know lists, and which of their items is wrong', () => {
    const check = listOf(nameOf(5), 3);
    expect(check(['a', 'b'])).toBeUndefined();
    expect(check('a')).toBe('must be a list, got "a"');
    expect(check([])).toBe('must not be empty; leave it out for all');
    expect(check(['a', 'too long'])).toMatch(/^\[1\] must have at most 5 bytes/);
    expect(check(['a', 'b', 'c'])).toBeUndefined();
    expect(check(['a', 'b', 'c', 'd'])).toBe('must have at most 3 items, got 4');
    expect(check(new Array(1))).toBe('[0] must be a string, got undefined');
  });
});

describe('an options object', () => {
  it('passes with known options, with none, and with some undefined', () => {
    expect(problemWith({ concurrency: 2, timeoutSecs: 0.5 })).toBe('none');
    expect(problemWith({})).toBe('none');
    expect(problemWith({ concurrency: undefined, on: null })).toBe('none');
  });

  it.each([
    ['concurency', 'concurrency'],
    ['CONCURRENCY', 'concurrency'],
    ['timeoutSec', 'timeoutSecs'],
    ['timeout_secs', 'timeoutSecs'],
    ['chanel', 'channel'],
    ['channels', 'channel'],
    ['no', 'on'],
  ])('with %s is told of %s', (wrong, meant) => {
    expect(problemWith({ [wrong]: 1 })).toBe(`Thing.${wrong} is not an option; did you mean ${JSON.stringify(meant)}?`);
  });

  it('with an option that is like no other is told of all', () => {
    expect(problemWith({ colour: 1 })).toBe(
      'Thing.colour is not an option; it takes concurrency, timeoutSecs, channel, on',
    );
  });

  it('with a name that every object has is not fooled', () => {
    for (const name of ['toString', 'constructor', 'hasOwnProperty']) {
      expect(problemWith({ [name]: 1 })).toMatch(/is not an option/);
    }
  });

  it('names the option that is wrong', () => {
    expect(problemWith({ channel: '' })).toBe('Thing.channel must not be empty');
  });

  it.each([[null], [undefined], ['text'], [7], [[]], [() => {}]])('must be an object: %p', (given) => {
    expect(problemWith(given)).toMatch(/^Thing takes an object of options, got /);
  });
});

describe('an options object that bites', () => {
  const bite = () => {
    throw new Error('grr');
  };
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it.each<[string, unknown, string]>([
    [
      'a getter that throws',
      Object.defineProperty({}, 'on', { get: bite, enumerable: true }),
      'Thing cannot be read: grr',
    ],
    ['a proxy that will not say its keys', new Proxy({}, { ownKeys: bite }), 'Thing cannot be read: grr'],
    ['a proxy that was revoked', revoked(), 'Thing cannot be read: '],
    ['an option that will not be looked at', { stop: new Proxy({}, { get: bite }) }, 'Thing.stop cannot be read: grr'],
    ['an option that was revoked', { concurrency: revoked() }, 'got an object'],
    ['a key of a million letters', { ['k'.repeat(1_000_000)]: 1 }, 'is not an option'],
    ['a text of a million letters', { channel: 'k'.repeat(1_000_000) }, 'must have at most 5 bytes in UTF-8'],
  ])('%s is refused in few words', (_what, given, words) => {
    const all = { ...checks, stop: hasMethods(['run'], 'must run') };
    const check = () => checkOptions('Thing', given as object, all);
    expect(check).toThrow(InvalidOptionError);
    expect(check).toThrow(words);
    expect(check).toThrow(expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) }));
  });

  it('is asked once, and what it said is what was checked', () => {
    let asked = 0;
    const given = Object.defineProperty({}, 'concurrency', { get: () => (asked += 1), enumerable: true });
    expect(checkOptions('Thing', given, checks)).toEqual({ concurrency: 1 });
    expect(asked).toBe(1);
  });

  it('says why, with what was thrown as the cause', () => {
    expect(() => readSafely('Thing.it', bite)).toThrow(
      expect.objectContaining({ option: 'Thing.it', cause: new Error('grr'), message: 'Thing.it cannot be read: grr' }),
    );
  });
});

describe('an option that is required', () => {
  it('is checked when it is left out, and may have no check', () => {
    const take = (given: object) => () => checkOptions('Thing', given, checks, ['channel', 'on']);
    expect(take({ channel: 'a', on: 1 })()).toEqual({ channel: 'a', on: 1 });
    expect(take({ on: 1 })).toThrow('Thing.channel must be a string, got undefined');
    expect(take({ channel: 'a', on: undefined })).toThrow('Thing.on is missing');
  });

  it('is named where what it asks for is given by itself, an object or a function', () => {
    const needs = { ...checks, client: hasMethods(['query'], 'must be a client') };
    const take = (given: unknown) => () => checkOptions('Thing', given as object, needs, ['on', 'client']);
    const query = (): void => {};
    const remedy = 'Thing takes an object of options: give it { client }, not the client itself';
    expect(take({ query })).toThrow(remedy);
    expect(take(Object.assign(() => {}, { query }))).toThrow(remedy);
    expect(take({ on: 1, colour: 'red' })).toThrow('Thing.colour is not an option');
    expect(take(7)).toThrow('Thing takes an object of options, got 7');
  });
});

describe('defaults', () => {
  it('are filled in for what is left out, or undefined', () => {
    expect(withDefaults({ a: 1, b: 2 }, { b: undefined, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
    expect(withDefaults({ a: 1 }, { a: 0 })).toEqual({ a: 0 });
    expect(withDefaults({ a: 1 }, { a: null })).toEqual({ a: null });
  });

  it('are frozen, and leave the given object as it was', () => {
    const given = { a: 1 };
    const options = withDefaults({ b: 2 }, given);
    expect(Object.isFrozen(options)).toBe(true);
    expect(given).toEqual({ a: 1 });
  });
});
