/** What a doc comment says. */
export interface Doc {
  /** Paragraphs; a list is one, its items on lines of their own. */
  readonly paragraphs: readonly string[];
  readonly defaultValue: string | undefined;
  /** What follows each `@throws`. */
  readonly throws: readonly string[];
}

export const NO_DOC: Doc = { paragraphs: [], defaultValue: undefined, throws: [] };

/** Reads a doc comment, from its first slash to its last. */
export function parseDoc(comment: string): Doc {
  const text = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n');
  const [main = '', ...tags] = text.split(/(?:^|\s)(?=@[a-z]\w*\s)/i);
  const of = (name: string): readonly string[] =>
    tags.flatMap((tag) => (tag.startsWith(`@${name} `) ? [joined(tag.slice(name.length + 2))] : []));
  return { paragraphs: paragraphsOf(main), defaultValue: of('defaultValue')[0], throws: of('throws') };
}

function paragraphsOf(text: string): readonly string[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) =>
      paragraph
        .split(/\n(?=- )/)
        .map(joined)
        .join('\n'),
    )
    .filter((paragraph) => paragraph !== '');
}

function joined(text: string): string {
  return withoutLinks(text.replace(/\s*\n\s*/g, ' ').trim());
}

/** `{@link InvalidOptionError}`: a name in code, as the pages have it. */
function withoutLinks(text: string): string {
  return text.replace(/\{@link ([^}|]+?)\s*(?:\|[^}]*)?\}/g, '`$1`');
}
