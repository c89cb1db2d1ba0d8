import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutAtPlaceholders } from './placeholders.ts';

describe('a text is cut at its placeholders', () => {
  it.each<[string, string[], number[]]>([
    ['select 1', ['select 1'], []],
    ['', [''], []],
    ['$1', ['', ''], [1]],
    ['select $1::text, $12::int4', ['select ', '::text, ', '::int4'], [1, 12]],
    ['select $2 + $1 + $2', ['select ', ' + ', ' + ', ''], [2, 1, 2]],
    ['($1)[$2]', ['(', ')[', ']'], [1, 2]],
    ['f(a=>$1)', ['f(a=>', ')'], [1]],
  ])('%j', (text, texts, numbers) => {
    expect(cutAtPlaceholders(text)).toEqual({ texts, numbers });
  });

  it.each([
    `'$1'`,
    `'it''s $1'`,
    `'back\\'`,
    `e'it\\'s $1 ''$1'' \\\\'`,
    `E'$1' '$1'`,
    `U&'$1'`,
    '"$1"',
    '"a""$1"',
    'U&"$1"',
    '-- $1 it\'s "',
    "/* $1 /* ' $1 */ $1 */",
    '/* never closed $1',
    '$$ $1 $$',
    "$$ ' $1 $$",
    '$a1$ $$ $1 $b$ $a1$',
    '$é$ $1 $é$',
    'name$1',
    'été$1',
    '_$1',
    'e$1',
  ])('but not within %s, and again after it', (whole) => {
    const text = `${whole}\n$7`;
    const isOpen = whole.includes('never closed');
    expect(cutAtPlaceholders(text)).toEqual(
      isOpen ? { texts: [text], numbers: [] } : { texts: [`${whole}\n`, ''], numbers: [7] },
    );
  });

  it('ends a comment of one line with either kind of line end', () => {
    expect(cutAtPlaceholders('-- $1\r$2').numbers).toEqual([2]);
  });

  it('and is whole again when they are put back, whatever it is', () => {
    const piece = fc.constantFrom('$1', '$', "'", '"', '--', '\n', '/*', '*/', '$a$', '$$', 'e', '\\', '🐻', ' ');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const { texts, numbers } = cutAtPlaceholders(text);
        expect(texts.map((one, index) => (index === 0 ? one : `$${numbers[index - 1]}${one}`)).join('')).toBe(text);
      }),
    );
  });
});
