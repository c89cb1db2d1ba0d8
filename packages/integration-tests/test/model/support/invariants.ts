import { grouped } from './grouped.ts';
import type { JobRow, Snapshot, TurnRow } from './snapshot.ts';

/**
 * What must be true of any committed state, whoever is in the middle of what. Returns what is not, in words.
 *
 * "Holds": a running job that was claimed in its group's present epoch. One that was claimed before the group was opened
 * by force still runs, but holds nothing.
 */
export function brokenInvariants(
  { jobs, finalized, groups, turns, workers }: Snapshot,
  sharing: 'groups are held by one' | 'groups may be shared' = 'groups are held by one',
): readonly string[] {
  const broken: string[] = [];
  const over = new Set(finalized.map(({ id }) => id));
  const alive = new Set(workers);
  const rows = new Map(groups.map((group) => [group.name, group]));
  const byGroup = grouped(
    jobs.filter((job) => job.group !== null),
    ({ group }) => group as string,
  );
  const places = grouped(turns, ({ group }) => group);
  for (const job of jobs) {
    if (job.group === null ? job.state === 'blocked' : job.state === 'ready') broken.push(`${job.id} is ${job.state}`);
    if (over.has(job.id)) broken.push(`${job.id} is both finalized and not`);
    if (job.worker !== null && !alive.has(job.worker)) broken.push(`${job.id} runs for a worker without a row`);
  }
  for (const [name, members] of byGroup) {
    const row = rows.get(name);
    const running = members.filter(({ state }) => state === 'running');
    const holding = running.filter(({ epoch }) => epoch === row?.epoch);
    const group = `group ${name} (running ${row?.running}, epoch ${row?.epoch})`;
    if (running.length > 0 && row === undefined) broken.push(`${group} has running jobs but no row`);
    const holders = new Set(holding.map(({ worker }) => worker)).size;
    if (holders > 1 && sharing === 'groups are held by one') broken.push(`${group} is held by more than one worker`);
    if (row !== undefined && row.running !== holding.length) broken.push(`${group} is held by ${holding.length} jobs`);
    const isFree = row === undefined || row.running === 0;
    broken.push(...stuckLanes(group, isFree, members, places.get(name) ?? []));
  }
  for (const { name, running } of groups) {
    if (running > 0 && !byGroup.has(name)) broken.push(`group ${name} is busy with nothing`);
  }
  return broken;
}

/**
 * Whoever may run the jobs of a group finds it by its place in line: there is one for each lane with waiting jobs, and
 * while the group is free it is open, or opened by time.
 */
function stuckLanes(
  group: string,
  isFree: boolean,
  members: readonly JobRow[],
  turns: readonly TurnRow[],
): readonly string[] {
  const waiting = members.filter(({ state }) => state === 'ready' || state === 'blocked');
  return [...grouped(waiting, ({ channel, name }) => `${channel}/${name}`)].flatMap(([lane, [head]]) => {
    const own = turns.filter(({ channel, name }) => channel === head?.channel && name === head.name);
    if (own.length === 0) return [`${group} has jobs waiting in ${lane}, and no place in line`];
    return isFree && !own.some(({ open, isTimed }) => open || isTimed)
      ? [`${group} is free, but its place in ${lane} is shut`]
      : [];
  });
}
