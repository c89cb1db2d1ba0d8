import type { FolderWatch } from './folder-watch.ts';
import { count } from './format.ts';
import { REPORT } from './jobs.ts';
import type { Queue } from './results.ts';
import type { Screen } from './screen.ts';
import type { Tracker } from './tracker.ts';

/** How often the line is written anew, where it can be. */
const LIVE_MS = 100;
/** The span over which the rate is taken. */
const RATE_MS = 1_000;
const BAR = 10;

/**
 * Tells how far the work is: on a terminal in a line that is written over, from the context's events; elsewhere in a
 * line for each run of the repeating job.
 */
export class Progress {
  readonly #screen: Screen;
  readonly #tracker: Tracker;
  readonly #watch: FolderWatch;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #samples = [{ at: performance.now(), done: 0 }];
  #queue = '';
  /** Whether more jobs may still be enqueued. */
  isOpen = true;

  constructor(screen: Screen, tracker: Tracker, watch: FolderWatch) {
    this.#screen = screen;
    this.#tracker = tracker;
    this.#watch = watch;
    if (screen.isLive) this.#timer = setInterval(() => screen.live(this.#line()), LIVE_MS);
  }

  /** The repeating job has looked at the queue. */
  report({ waiting, later }: Queue): void {
    if (this.isOpen) return;
    this.#queue = ` · queue ${count(waiting)}, later ${count(later)}`;
    if (!this.#screen.isLive) this.#screen.say(this.#line());
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#screen.live('');
  }

  #line(): string {
    const { enqueued, done, retried, failed } = workOf(this.#tracker);
    const figures = [
      `${count(done)}/${count(enqueued)}${this.isOpen ? '…' : ''}`,
      `${count(retried)} retried`,
      `${count(failed)} failed`,
      `${count(this.#watch.running)} running`,
      `${count(this.#rate(done))}/s`,
    ];
    return `  ${bar(enqueued === 0 ? 0 : done / enqueued)} ${figures.join(' · ')}${this.#queue}`;
  }

  #rate(done: number): number {
    const at = performance.now();
    this.#samples.push({ at, done });
    while ((this.#samples[1]?.at ?? at) < at - RATE_MS) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || first.at === at) return 0;
    return ((done - first.done) * 1000) / (at - first.at);
  }
}

/** All jobs together but for the repeating one, which is no work that will ever be done. */
export function workOf(tracker: Tracker): { enqueued: number; done: number; retried: number; failed: number } {
  const sum = { enqueued: 0, done: 0, retried: 0, failed: 0 };
  for (const name of tracker.names) {
    if (name === REPORT) continue;
    const { enqueued, done, retried, failed } = tracker.of(name);
    sum.enqueued += enqueued;
    sum.done += done;
    sum.retried += retried;
    sum.failed += failed;
  }
  return sum;
}

function bar(share: number): string {
  const full = Math.min(BAR, Math.floor(share * BAR));
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
}
