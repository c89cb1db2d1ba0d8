import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../errors.ts';
import { anything, checkOptions, isFunction, listOf, nameOf, numberIn, oneOf, withDefaults } from './options.ts';

const checks = {
  concurrency: numberIn(1, 10, 'jobs', 'whole'),
  timeoutSecs: numberIn(0, 60, 'seconds'),
  channel: nameOf(5),
  on: anything,
};

function problemWith(given: unknown): string {
  try {
    checkOptions('Thing', given, checks);
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
    const check = listOf(nameOf(5));
    expect(check(['a', 'b'])).toBeUndefined();
    expect(check('a')).toBe('must be a list, got "a"');
    expect(check([])).toBe('must not be empty; leave it out for all');
    expect(check(['a', 'too long'])).toMatch(/^\[1\] must have at most 5 bytes/);
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

  it.each([[null], [undefined], ['text'], [7]])('must be an object: %p', (given) => {
    expect(problemWith(given)).toMatch(/^Thing takes an object of options, got /);
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
