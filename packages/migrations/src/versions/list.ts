// Written by `pnpm --filter @bearmq/migrations freeze`, never by hand: see CONTRIBUTING.md, "A migration".
import type { FrozenVersion } from '../frozen.ts';
import { makes as makes1 } from './0001-initial.ts';

/** What each version makes, oldest first. */
export const versions: readonly FrozenVersion[] = [
  {
    version: 1,
    name: 'initial',
    sha256: '01ceab7e7e914ecb901d40d60500e80477e3113fcc2909821d7fba59e2528e4a',
    makes: makes1,
  },
];
