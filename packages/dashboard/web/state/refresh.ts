import { Store, useStore } from './store.ts';

/** Whether the page looks for news by itself. `held`: only while something on it must not move. */
export const isPaused = new Store(false);
const holds = new Store(0);

export function togglePause(): void {
  isPaused.set(!isPaused.get());
}

/** Keeps everything in its place until it is called off. */
export function hold(): () => void {
  holds.set(holds.get() + 1);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    holds.set(holds.get() - 1);
  };
}

export function useIsRefreshing(): boolean {
  const paused = useStore(isPaused);
  return useStore(holds) === 0 && !paused;
}
