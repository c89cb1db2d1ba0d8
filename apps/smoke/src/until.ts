import { setTimeout } from 'node:timers/promises';

const DEADLINE_MS = 30_000;
const INTERVAL_MS = 20;

/** Resolves once `probe` is true; rejects when that takes too long. */
export async function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`waited ${DEADLINE_MS} ms in vain until ${what}`);
    await setTimeout(INTERVAL_MS);
  }
}
