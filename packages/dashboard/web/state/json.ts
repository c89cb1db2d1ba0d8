/** JSON as it is written: a number keeps its digits, of which `JSON.parse` would round all after the sixteenth. */
export type JsonNode =
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, JsonNode])[] }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number' | 'word'; readonly text: string };

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))\s*/y;

interface Token {
  readonly kind: 'mark' | 'string' | 'number' | 'word';
  readonly text: string;
}

/** The tree of a JSON text; `null` where it is none. */
export function parseJson(text: string): JsonNode | null {
  const tokens = tokensOf(text);
  if (tokens === null) return null;
  let at = 0;
  const next = (): Token | undefined => tokens[at++];
  const isMark = (mark: string): boolean => {
    const token = tokens[at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    at += 1;
    return true;
  };
  const list = <T>(end: string, one: () => T | null): readonly T[] | null => {
    const all: T[] = [];
    if (isMark(end)) return all;
    while (true) {
      const item = one();
      if (item === null) return null;
      all.push(item);
      if (isMark(end)) return all;
      if (!isMark(',')) return null;
    }
  };
  const value = (): JsonNode | null => {
    const token = next();
    if (token === undefined) return null;
    const { kind, text: written } = token;
    if (kind === 'string') return { kind, value: unquoted(written) };
    if (kind !== 'mark') return { kind, text: written };
    if (written === '[') {
      const items = list(']', value);
      return items === null ? null : { kind: 'array', items };
    }
    if (written !== '{') return null;
    const entries = list('}', (): readonly [string, JsonNode] | null => {
      const key = next();
      if (key?.kind !== 'string' || !isMark(':')) return null;
      const node = value();
      return node === null ? null : [unquoted(key.text), node];
    });
    return entries === null ? null : { kind: 'object', entries };
  };
  const root = value();
  return at === tokens.length ? root : null;
}

function tokensOf(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const [, mark, string, number, word] = match;
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
  }
  return tokens;
}

function unquoted(written: string): string {
  try {
    return String(JSON.parse(written));
  } catch {
    // No JSON string after all: it is shown as it is written.
    return written;
  }
}
