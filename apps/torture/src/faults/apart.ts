import { Missed } from './missed.ts';

/** Keeps strikes apart of which one would hide what the other shows. The result is called when one begins. */
export function apart(ms: number): () => void {
  let lastAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now < lastAt + ms) throw new Missed(`within ${ms / 1000} s after another`);
    lastAt = now;
  };
}
