// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenVersion } from '../frozen.ts';
import { makes as makes1 } from './0001-initial.ts';

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
  {
    version: 1,
    name: 'initial',
    sha256: 'b7852e7d940702669374b3f9eec2ba88a730c3122ac5f7f747d32794f7ef535e',
    makes: makes1,
  },
];
