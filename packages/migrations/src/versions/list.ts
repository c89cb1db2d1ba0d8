// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenVersion } from '../frozen.ts';
import { makes as makes1 } from './0001-initial.ts';

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
  {
    version: 1,
    name: 'initial',
    sha256: '2198cf539305c3720f7643d6ccd48b627adbab446e4ce94406aca152fa2fd7c8',
    makes: makes1,
  },
];
