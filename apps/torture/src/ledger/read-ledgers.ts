import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fact } from './facts.ts';

/** All facts of all ledgers of a folder, in the order of time. */
export function readLedgers<T extends { readonly at: number } = Fact>(folder: string): readonly T[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.flatMap((name) => parseLedger<T>(readFileSync(join(folder, name), 'utf8'))).sort((a, b) => a.at - b.at);
}

/**
 * Reads a ledger. The last line may be a torn one, of a process that was killed while it wrote.
 *
 * @throws SyntaxError when any other line is damaged: then the account cannot be trusted.
 */
export function parseLedger<T = Fact>(text: string): readonly T[] {
  const lines = text.split('\n');
  lines.pop(); // what follows the last newline: nothing, or the torn line
  return lines.map((line) => JSON.parse(line) as T);
}
