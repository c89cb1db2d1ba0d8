import type { Registry } from '../services/registry.ts';
import type { Claimer } from './claim/claimer.ts';
import type { LeaseKeeper } from './lease-keeper.ts';

/** Why a Worker takes no jobs now. */
export type NotReadyReason =
  | 'starting'
  | 'stopping'
  | 'nothing-registered'
  | 'no-lease'
  | 'lease-in-doubt'
  | 'claims-fail';

/** Whether a Worker takes jobs now, as far as its own process knows: nothing is asked of the database. */
export type Readiness =
  | { readonly isReady: true }
  | {
      readonly isReady: false;
      readonly reason: NotReadyReason;
      /** The reason in words, with the error where there is one. */
      readonly message: string;
    };

/** The first that keeps it from taking jobs: what comes later follows from it. A pause is none: it is meant to be so. */
export function readinessOf(
  registry: Pick<Registry, 'names'>,
  keeper: Pick<LeaseKeeper, 'lease' | 'isInDoubt' | 'failure'>,
  claimer: Pick<Claimer, 'failure'>,
): Readiness {
  if (registry.names().length === 0) {
    return notReady('nothing-registered', 'no job definition is registered in its context');
  }
  if (keeper.lease === null) return notReady('no-lease', `its process holds no lease${because(keeper.failure)}`);
  if (keeper.isInDoubt) {
    const message = 'the lease of its process may have run out, since it was not renewed in time';
    return notReady('lease-in-doubt', `${message}${because(keeper.failure)}`);
  }
  if (claimer.failure !== undefined) return notReady('claims-fail', `the last claim failed${because(claimer.failure)}`);
  return { isReady: true };
}

export function notReady(reason: NotReadyReason, message: string): Readiness {
  return { isReady: false, reason, message };
}

function because(failure: unknown): string {
  if (failure === undefined) return '';
  return `: ${failure instanceof Error ? failure.message : String(failure)}`;
}
