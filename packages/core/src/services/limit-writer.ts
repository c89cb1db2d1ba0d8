import { hasSqlState, SQL_STATES } from '../driver/index.ts';
import type { Limits } from '../model/job-limits.ts';
import { systemClock, systemRandom } from '../runtime/clock.ts';
import {
  getLimits,
  type LaneLimits,
  reopenTurns,
  type StoredTarget,
  setGroupLimits,
  setLaneLimits,
} from '../statements/limits.ts';
import type { Services } from './services.ts';

type Needed = Pick<Services, 'driver' | 'tables' | 'enqueuer'>;

/** How often the claims under way are asked to let a setting pass, each time for half a second at most. */
const TRIES = 40;
/** The longest pause between two of them, in which they are free to go on, in milliseconds. */
const PAUSE_MS = 100;
/** How many groups are looked at in one transaction, which holds their rows. */
const GROUPS_AT_ONCE = 500;

/** Sets what a call of the API says, and has workers look at what may start now. */
export async function setLimits(services: Needed, { kind, name }: StoredTarget, limits: Limits | null): Promise<void> {
  const { driver, tables } = services;
  if (kind === 'group') await setGroupLimits(driver, tables, { name, limits });
  else {
    const known = await getLimits(driver, tables, { kind, name });
    await setOfLanes(services, { kind, name, origin: 'api', limits }, known?.limits);
  }
  await services.enqueuer.announce();
}

/**
 * Sets what a definition says, unless a call of the API has set others. Each process that starts says the same, so what is
 * there already is not written again: that would hold up everybody's claims.
 */
export async function setLimitsOfDefinition(services: Needed, name: string, limits: Limits): Promise<void> {
  const { driver, tables } = services;
  const known = await getLimits(driver, tables, { kind: 'name', name });
  if (known?.origin === 'api' || (known !== null && areSame(known.limits, limits))) return;
  if (await setOfLanes(services, { kind: 'name', name, origin: 'definition', limits }, known?.limits)) {
    await services.enqueuer.announce();
  }
}

/** Resolves to whether they were written. */
async function setOfLanes(services: Needed, lanes: LaneLimits, known: Limits = {}): Promise<boolean> {
  const { driver, tables } = services;
  if (!(await written(services, lanes))) return false;
  // What groups may do is noted in their places in line; of lanes, claims ask anew.
  if (areSame(ofGroups(known), ofGroups(lanes.limits ?? {}))) return true;
  let after: string | null = '';
  while (after !== null) after = await reopenTurns(driver, tables, { after, limit: GROUPS_AT_ONCE });
  return true;
}

async function written({ driver, tables }: Needed, lanes: LaneLimits): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await setLaneLimits(driver, tables, lanes);
    } catch (error) {
      if (!hasSqlState(error, SQL_STATES.lockNotAvailable) || tries === TRIES) throw error;
    }
    await new Promise<void>((resolve) => systemClock.after(PAUSE_MS * systemRandom(), resolve));
  }
}

function ofGroups({ groupConcurrency, groupRateLimit }: Limits): Limits {
  return {
    ...(groupConcurrency === undefined ? {} : { groupConcurrency }),
    ...(groupRateLimit === undefined ? {} : { groupRateLimit }),
  };
}

function areSame(one: Limits, other: Limits): boolean {
  const valuesOf = ({ concurrency, rateLimit, groupConcurrency, groupRateLimit }: Limits): readonly unknown[] => [
    concurrency,
    rateLimit?.max,
    rateLimit?.perSecs,
    groupConcurrency,
    groupRateLimit?.max,
    groupRateLimit?.perSecs,
  ];
  const values = valuesOf(other);
  return valuesOf(one).every((value, i) => value === values[i]);
}
