import type { Demand } from '../../statements/claim.ts';

/** The same demand, for no more than so many jobs: those that start at once come first. */
export function atMost(demand: Demand, jobs: number): Demand {
  if (demand.slots + demand.ahead <= jobs) return demand;
  const slots = Math.min(demand.slots, jobs);
  return { ...demand, slots, ahead: Math.min(demand.ahead, jobs - slots) };
}
