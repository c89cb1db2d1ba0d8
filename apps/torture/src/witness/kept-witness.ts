import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Witnessed } from '../checker/history.ts';

const FILE = 'witness.json';

/** Keeps what the database saw beside the ledgers of a run, whose database is removed at its end. */
export function keepWitnessed(folder: string, witnessed: Witnessed): void {
  writeFileSync(join(folder, FILE), JSON.stringify(witnessed));
}

/** @throws Error when the run did not come to its end */
export function readKeptWitness(folder: string): Witnessed {
  return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Witnessed;
}
