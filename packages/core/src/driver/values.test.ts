import { describe, expect, it } from '@jest/globals';
import { checkedValues, toArrayLiteral } from './values.ts';

describe('an array literal', () => {
  it.each<[readonly (string | number)[], string]>([
    [[], '{}'],
    [['a', 'b'], '{"a","b"}'],
    [['', ' ', 'NULL'], '{""," ","NULL"}'],
    [['a"b', 'a\\b', '\\"'], '{"a\\"b","a\\\\b","\\\\\\""}'],
    [['{', '}', ','], '{"{","}",","}'],
    [[1, -2.5, 1e21], '{1,-2.5,1e+21}'],
  ])('of %j is %s', (values, literal) => {
    expect(toArrayLiteral(values)).toBe(literal);
  });
});

describe('the values of a statement', () => {
  it('are handed out as a copy', () => {
    const values = ['a', 1, true, null];
    const checked = checkedValues({ name: 'four', values });
    expect(checked).toEqual(values);
    expect(checked).not.toBe(values);
  });

  it('are refused with the name of the statement where one is undefined, also in a hole of a list', () => {
    const refused = new TypeError('undefined among the values of broken');
    expect(() => checkedValues({ name: 'broken', values: ['a', undefined as never] })).toThrow(refused);
    expect(() => checkedValues({ name: 'broken', values: new Array(1) })).toThrow(refused);
  });
});
