// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenVersion } from '../frozen.ts';
import { makes as makes1 } from './0001-initial.ts';

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
  {
    version: 1,
    name: 'initial',
    sha256: '3998e60f76fa0e5f570b33ee183379b20811e321f78f957a4c6cc3808d260c20',
    makes: makes1,
  },
];
