/** An SQL text, cut at its placeholders. */
export interface CutText {
  /** The texts between the placeholders: always one more than there are placeholders. */
  readonly texts: readonly string[];
  /** Which value stands after each text but the last: 1 for `$1`. */
  readonly numbers: readonly number[];
}

/**
 * What must be read as a whole, so that a `$1` in it is not taken for a placeholder. A doubled quote ends one literal
 * and begins the next, which comes to the same, except after a backslash in an `E''`.
 */
const TOKENS = [
  String.raw`[eE]'(?:[^'\\]|\\[^]|'')*'`, // a literal with escapes
  `'[^']*'`,
  `"[^"]*"`,
  String.raw`--[^\r\n]*`,
  String.raw`(?<comment>/\*)`,
  String.raw`[A-Za-z_\x80-\u{10ffff}][\w$\x80-\u{10ffff}]*`, // a word: `a$1` is the name of something
  String.raw`\$(?<tag>[A-Za-z_\x80-\u{10ffff}][\w\x80-\u{10ffff}]*)?\$[^]*?\$\k<tag>\$`,
  String.raw`\$(?<number>\d+)`,
].join('|');

/**
 * Cuts a text at `$1`, `$2`, …, where PostgreSQL would take them for placeholders: not in literals, quoted names,
 * dollar quotes or comments. Literals are read as under `standard_conforming_strings`, PostgreSQL's default.
 */
export function cutAtPlaceholders(text: string): CutText {
  const texts: string[] = [];
  const numbers: number[] = [];
  const tokens = new RegExp(TOKENS, 'gu');
  let start = 0;
  for (let token = tokens.exec(text); token !== null; token = tokens.exec(text)) {
    const { comment, number } = token.groups ?? {};
    if (comment !== undefined) tokens.lastIndex = endOfComment(text, token.index);
    if (number === undefined) continue;
    texts.push(text.slice(start, token.index));
    numbers.push(Number(number));
    start = tokens.lastIndex;
  }
  texts.push(text.slice(start));
  return { texts, numbers };
}

/** Comments nest, which an expression cannot count. */
function endOfComment(text: string, start: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}
