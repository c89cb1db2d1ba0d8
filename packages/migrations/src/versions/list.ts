// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenVersion } from '../frozen.ts';
import { makes as makes1 } from './0001-initial.ts';

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
  {
    version: 1,
    name: 'initial',
    sha256: '31bb4e877bb82f6da3024ee127cb484c96e6afd235ed1554aff0a70512245ca6',
    makes: makes1,
  },
];
