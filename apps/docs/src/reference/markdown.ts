import type { Doc } from './doc-comments.ts';

/** A page with its front matter and its heading. */
export function page(
  { title, description, order }: { readonly title: string; readonly description: string; readonly order: number },
  body: readonly string[],
  settings: readonly string[] = [],
): string {
  const front = ['---', `title: ${JSON.stringify(title)}`, `description: ${JSON.stringify(description)}`];
  return `${[...front, `order: ${order}`, ...settings, '---', '', `# ${title}`, '', ...body].join('\n').trim()}\n`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((row) => line(row.map(cell))), ''];
}

/** A text that may stand in a table: on one line, its bars not taken for the table's. */
function cell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\n- /g, '<br>• ').replace(/\n+/g, '<br>');
}

export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

/** The paragraphs of a doc comment, apart from each other. */
export function prose({ paragraphs }: Doc): string {
  return paragraphs.join('\n\n');
}

/** `1000000`: `1,000,000`. */
export function grouped(number: number): string {
  return number.toLocaleString('en-US', { maximumFractionDigits: 6 });
}
