import { describe, expect, it } from '@jest/globals';
import { asBoolean, asNullable, asNumber, asText } from './read-value.ts';

describe('a result column', () => {
  it('is read as what the statement says that it is', () => {
    expect(asText('')).toBe('');
    expect(asNumber(0)).toBe(0);
    expect(asBoolean(false)).toBe(false);
  });

  it('of another type is an error, not a surprise later', () => {
    expect(() => asText(1)).toThrow('expected a text column, got number');
    expect(() => asText(null)).toThrow(TypeError);
    expect(() => asNumber('1')).toThrow('expected a number column, got string');
    expect(() => asBoolean('t')).toThrow('expected a boolean column, got string');
    expect(() => asBoolean(undefined)).toThrow('expected a boolean column, got undefined');
  });

  it('may be null where that is allowed', () => {
    expect(asNullable(null, asText)).toBe(null);
    expect(asNullable(undefined, asNumber)).toBe(null);
    expect(asNullable('x', asText)).toBe('x');
    expect(asNullable(0, asNumber)).toBe(0);
    expect(asNullable(false, asBoolean)).toBe(false);
  });
});
