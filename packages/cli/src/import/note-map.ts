import type { Output } from '../output/output.ts';

/** Says how a map begins that has the queues which have no entry. */
export function noteMap(output: Output, unmapped: readonly { readonly queue: string }[]): void {
  if (unmapped.length === 0) return;
  const entries = unmapped.map(({ queue }) => `  ${JSON.stringify(queue)}: ${JSON.stringify(definitionName(queue))}`);
  output.note('to move those without an entry, name their job definitions in the file of --map:');
  output.note(`{\n${entries.join(',\n')}\n}`);
}

/** `send-email`: `SEND_EMAIL`. */
function definitionName(queue: string): string {
  const words = queue
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return words.length === 0 ? queue : words.join('_').toUpperCase();
}
