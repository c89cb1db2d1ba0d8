/**
 * What a command wrote, to be compared with what is written down: ids, moments and ages are told apart by their kind only,
 * ids by `names` where those are given. Widths of columns stay as they are.
 */
export function golden(text: string, names: Readonly<Record<string, string>> = {}): string {
  return text
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => `<${names[id] ?? 'id'}>`)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<moment>')
    .replace(/(?<![\w.])\d+(?:\.\d+)? ms(?!\w)/g, '<ms>')
    .replace(/(?<![\w.])\d+s(?!\w)/g, '<age>');
}

/** Cells of what was written with `--plain`. */
export function linesOf(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
}
