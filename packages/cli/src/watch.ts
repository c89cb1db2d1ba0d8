import type { Call } from './command.ts';
import { duration, type OptionsOf, toggle } from './options.ts';
import { stopRequests } from './stop-requests.ts';

export interface WatchOptions {
  readonly watch: boolean;
  readonly every: number | undefined;
}

/** How often something may be looked at, again and again. */
export const LOOKS = ['0.01s', '1d'] as const;

/** @param until what ends it by itself. */
export function watchOptions(until?: string): OptionsOf<WatchOptions> {
  return {
    watch: toggle(`show it again and again${until === undefined ? '' : `, ${until}`}`),
    every: duration('with --watch: how often (default: 2s)', LOOKS),
  };
}

/** What was looked at once. */
export interface Look {
  readonly show: () => void;
  /** There is nothing to wait for any more. */
  readonly isOver: boolean;
}

/** Looks once; with `--watch` again and again, until it is over or asked to stop. */
export async function watch(
  { options, output, surroundings }: Call<WatchOptions>,
  look: () => Promise<Look>,
): Promise<void> {
  const { watch: isWatched, every = 2 } = options;
  if (!isWatched) {
    (await look()).show();
    return;
  }
  const requests = stopRequests(surroundings, undefined);
  try {
    for (let isEnough = false; !isEnough; ) {
      const { show, isOver } = await look();
      output.clear();
      show();
      isEnough = isOver || (await requests.within(every));
    }
  } finally {
    requests.end();
  }
}
