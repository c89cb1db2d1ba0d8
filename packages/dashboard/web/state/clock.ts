import { useEffect, useState } from 'preact/hooks';
import { Store } from './store.ts';

/** What the database's clock is ahead of this one, in milliseconds, as far as is known. */
const aheadMs = new Store(0);

export function learnServerTime(iso: string): void {
  const ms = Date.parse(iso);
  // A second of difference is the way the answer took; a changing one would make all ages jump.
  if (!Number.isNaN(ms) && Math.abs(ms - serverNow()) > 2_000) aheadMs.set(ms - Date.now());
}

/** Now, by the database's clock. */
export function serverNow(): number {
  return Date.now() + aheadMs.get();
}

const second = new Store(0);
setInterval(() => second.set(second.get() + 1), 1_000);

/** Now, by the database's clock; whoever asks is drawn anew each second. */
export function useServerNow(): number {
  const [, redraw] = useState(0);
  useEffect(() => second.subscribe(() => document.hidden || redraw((n) => n + 1)), []);
  return serverNow();
}
