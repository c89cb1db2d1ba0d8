import { InvalidOptionError } from '@bearmq/core/driver';
import { ACTIONS, type Action, type PayloadMode } from './actions.ts';

/**
 * What somebody may do. `all`; `read`; or what is listed, besides reading. `null`: nothing, and he is told that nothing is
 * there.
 */
export type Access =
  | 'all'
  | 'read'
  | {
      /** Who it is, for `onAction`. */
      readonly actor?: string;
      readonly allow: readonly Action[];
      /** @defaultValue that of the dashboard */
      readonly payloads?: PayloadMode;
      /** Only the jobs of these channels are shown, counted and acted on. @defaultValue all */
      readonly channels?: readonly string[];
    }
  | null;

/** Who may do what. */
export type Authorize = 'open' | ((request: Request) => Access | Response | Promise<Access | Response>);

/** An {@link Access}, with what was left out. */
export interface Granted {
  readonly actor: string | null;
  readonly allow: readonly Action[];
  readonly payloads: PayloadMode;
  readonly channels: readonly string[] | null;
}

/** Resolves to what the request may do; to `null` for nothing; or to the answer that `authorize` has for it. */
export async function grantedTo(
  request: Request,
  { authorize, payloads }: { readonly authorize: Authorize; readonly payloads: PayloadMode },
): Promise<Granted | Response | null> {
  const access = authorize === 'open' ? 'all' : await authorize(request);
  const none = { actor: null, payloads, channels: null };
  if (access === null || access instanceof Response) return access;
  if (access === 'all') return { ...none, allow: ACTIONS };
  if (access === 'read') return { ...none, allow: [] };
  if (typeof access !== 'object' || !Array.isArray(access.allow)) {
    const problem = `must resolve to 'all', 'read', { allow: [actions] }, a Response, or null for nothing`;
    throw new InvalidOptionError('createDashboard.authorize', problem);
  }
  const unknown = access.allow.find((action) => !ACTIONS.includes(action));
  if (unknown !== undefined) {
    const problem = `allows ${JSON.stringify(unknown)}, which is no action; there are ${ACTIONS.join(', ')}`;
    throw new InvalidOptionError('createDashboard.authorize', problem);
  }
  return {
    actor: access.actor ?? null,
    allow: [...access.allow],
    payloads: access.payloads ?? payloads,
    channels: access.channels === undefined ? null : [...access.channels],
  };
}
