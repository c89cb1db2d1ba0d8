import type { Surroundings } from './surroundings.ts';

/** Asks to stop, as they come. */
export interface StopRequests {
  /** A signal, or the end of the time that was given, or {@link StopRequests.request}. */
  readonly first: Promise<void>;
  /** A signal after that: whoever sent it waits no longer. */
  readonly second: Promise<'interrupted'>;
  readonly request: () => void;
  /** Whether any has come. */
  readonly isAsked: boolean;
  /** Waits for so many seconds, or until it is asked to stop: resolves to whether it was. */
  readonly within: (secs: number) => Promise<boolean>;
  /** Listens no longer. */
  readonly end: () => void;
}

/** A timer of Node.js holds no more, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param maxSecs after how many seconds it stops by itself. */
export function stopRequests({ onStopSignal }: Surroundings, maxSecs: number | undefined): StopRequests {
  let isAsked = false;
  let onFirst = (): void => {};
  let onSecond = (): void => {};
  const first = new Promise<void>((resolve) => {
    onFirst = resolve;
  });
  const second = new Promise<'interrupted'>((resolve) => {
    onSecond = () => resolve('interrupted');
  });
  const request = (): void => {
    isAsked = true;
    onFirst();
  };
  const unsubscribe = onStopSignal(() => (isAsked ? onSecond() : request()));
  let timer: NodeJS.Timeout | undefined;
  const requestIn = (ms: number): void => {
    timer = setTimeout(() => (ms > LONGEST_MS ? requestIn(ms - LONGEST_MS) : request()), Math.min(ms, LONGEST_MS));
  };
  if (maxSecs !== undefined) requestIn(maxSecs * 1000);
  return {
    first,
    second,
    request,
    get isAsked() {
      return isAsked;
    },
    within: (secs) => {
      let pause: NodeJS.Timeout | undefined;
      const over = new Promise<boolean>((resolve) => {
        pause = setTimeout(() => resolve(isAsked), secs * 1000);
      });
      return Promise.race([over, first.then(() => true)]).finally(() => clearTimeout(pause));
    },
    end: () => {
      unsubscribe();
      clearTimeout(timer);
    },
  };
}
