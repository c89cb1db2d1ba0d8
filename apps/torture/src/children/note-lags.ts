import type { Tell } from '../ledger/ledger-file.ts';

const LOOK_MS = 200;
const LAG_MS = 1_000;

/** Writes down when the event loop has not turned for long: a work function blocked it, or the machine was busy. */
export function noteLags(tell: Tell): void {
  let lookedAt = performance.now();
  setInterval(() => {
    const ms = performance.now() - lookedAt;
    lookedAt += ms;
    if (ms > LAG_MS) tell({ kind: 'lag', ms: Math.round(ms) });
  }, LOOK_MS).unref();
}
