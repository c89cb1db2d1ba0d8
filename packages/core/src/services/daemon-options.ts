import type { DaemonOptions } from '../runtime/daemon.ts';
import type { Services } from './services.ts';

/** What the daemons of a context have in common: where they report, and what is around their passes. */
export function daemonOptions({
  reportError,
  hooks,
}: Pick<Services, 'reportError' | 'hooks'>): Required<Pick<DaemonOptions, 'onError' | 'around'>> {
  return { onError: reportError, around: hooks.around };
}
