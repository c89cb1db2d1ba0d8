import type { Check, FindingKind } from './finding.ts';
import { type HorizonHolder, holdersOf } from './horizon-holders.ts';

/**
 * Of a walsender, and of a slot in use, the server tells which transaction holds, not since when. Behind by more than so
 * many transactions counts as long.
 */
export const MANY_TRANSACTIONS = 100_000;

const KINDS: Readonly<Record<HorizonHolder['kind'], FindingKind>> = {
  session: 'transaction-open',
  prepared: 'transaction-prepared',
  slot: 'slot-holds',
  standby: 'standby-holds',
  hidden: 'sessions-hidden',
};

/** Whoever keeps vacuums from removing dead rows for long. */
export const checkHorizon: Check = async (at) => {
  const holders = await holdersOf(at, { secs: at.patienceSecs, transactions: MANY_TRANSACTIONS });
  return holders.map(({ kind, subject, message, remedy }) => ({
    kind: KINDS[kind],
    severity: 'warning',
    subject,
    message,
    remedy,
  }));
};
