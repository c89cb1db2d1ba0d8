import { describe, expect, test } from '@jest/globals';
import { ruleInWords } from '../web/state/cron.ts';
import { absolute, age, bytes, duration, relative } from '../web/state/format.ts';
import { parseJson } from '../web/state/json.ts';

describe('what the pages write', () => {
  test('of a number in a payload has each of its digits', () => {
    expect(parseJson('{"a": [12345678901234567890, -1.50e+3]}')).toEqual({
      kind: 'object',
      entries: [
        [
          'a',
          {
            kind: 'array',
            items: [
              { kind: 'number', text: '12345678901234567890' },
              { kind: 'number', text: '-1.50e+3' },
            ],
          },
        ],
      ],
    });
  });

  test('of a string in a payload is what it means', () => {
    expect(parseJson('"a\\n\\u00e9 \\" {}"')).toEqual({ kind: 'string', value: 'a\né " {}' });
  });

  test.each(['', '{', '[1,]', '{"a" 1}', '1 2', 'nul', '"a'])(
    'of %j, which is no JSON, is left to be shown as it is',
    (text) => {
      expect(parseJson(text)).toBeNull();
    },
  );

  test.each([
    [0, '0 ms'],
    [0.4, '<1 ms'],
    [85, '85 ms'],
    [1_270, '1.27 s'],
    [12_000, '12 s'],
    [60_000, '1 min'],
    [252_000, '4 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ])('of %d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  test('of a time to come says in how long, and of one that was how long ago', () => {
    expect([relative(0, 61_000), relative(61_000, 0), relative(0, 10)]).toEqual(['1 min ago', 'in 1 min', 'just now']);
    expect([age(59_999), bytes(1_500), bytes(12)]).toEqual(['59 s', '1.5 kB', '12 B']);
    expect(absolute(0, 'utc')).toBe('1970-01-01 00:00:00.000 UTC');
  });

  test.each([
    ['*/5 * * * *', 'every 5 minutes'],
    ['30 2 * * *', 'every day at 02:30'],
    ['0 6 * * 1', 'every Monday at 06:00'],
    ['0 9 * * 1-5', 'Monday to Friday at 09:00'],
    ['15 4 1 * *', 'on day 1 of each month at 04:15'],
    ['0 0 1 1 *', null],
    ['*/7 * * * *', null],
    ['0 9 * * 8', null],
  ])('of the rule %s is %s', (cron, text) => {
    expect(ruleInWords({ cron, everySecs: null })).toBe(text);
  });
});
