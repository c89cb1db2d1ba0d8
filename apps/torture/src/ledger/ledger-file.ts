import { openSync, writeSync } from 'node:fs';
import type { Telling } from './facts.ts';
import { bothClocks } from './now.ts';

/** Writes down one fact. When it returns, the fact outlives this process. */
export type Tell<T extends object = Telling> = (telling: T) => void;

/**
 * A ledger of this process's own: a line for each fact, in the order in which they happened.
 *
 * Each line is handed to the operating system before the next thing happens, so a process that is killed loses at most
 * the line that it was writing. It is not flushed to the disk: processes are killed here, not machines.
 */
export function openLedger<T extends object = Telling>(file: string, by: string): Tell<T> {
  const fd = openSync(file, 'a');
  return (telling) => {
    const line = Buffer.from(`${JSON.stringify({ ...telling, by, ...bothClocks() })}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(fd, line, written);
  };
}
