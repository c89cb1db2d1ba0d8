import { describe, expect, it } from '@jest/globals';
import { withoutPassword } from '../src/secrets.ts';

describe('the password of an address', () => {
  it.each([
    ['postgres://ada:s3cret@host/db', 'postgres://ada:***@host/db'],
    [
      'cannot connect to postgresql://a:b%40c@h:5432/x?sslmode=require now',
      'cannot connect to postgresql://a:***@h:5432/x?sslmode=require now',
    ],
    ['postgres://host/db?user=ada&password=s3cret&x=1', 'postgres://host/db?user=ada&password=***&x=1'],
  ])('is left out of %s', (text, expected) => {
    expect(withoutPassword(text)).toBe(expected);
  });

  it('is all that is left out', () => {
    const text = 'at 12:30: the job a:b@c failed, see https://example.org:8080/x@y';
    expect(withoutPassword(text)).toBe(text);
  });
});
