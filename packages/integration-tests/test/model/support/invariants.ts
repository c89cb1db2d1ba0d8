import { grouped } from './grouped.ts';
import type { JobRow, Snapshot } from './snapshot.ts';

/**
 * What must be true of any committed state, whoever is in the middle of what. Returns what is not, in words.
 *
 * "Holds": a running job that was claimed in its group's present epoch. One that was claimed before the group was opened
 * by force still runs, but holds nothing.
 */
export function brokenInvariants({ jobs, finalized, groups, workers }: Snapshot): readonly string[] {
  const broken: string[] = [];
  const over = new Set(finalized.map(({ id }) => id));
  const alive = new Set(workers);
  const rows = new Map(groups.map((group) => [group.name, group]));
  const byGroup = grouped(
    jobs.filter((job) => job.group !== null),
    ({ group }) => group as string,
  );
  for (const job of jobs) {
    if (over.has(job.id)) broken.push(`${job.id} is both finalized and not`);
    if (job.worker !== null && !alive.has(job.worker)) broken.push(`${job.id} runs for a worker without a row`);
  }
  for (const [name, members] of byGroup) {
    const row = rows.get(name);
    const running = members.filter(({ state }) => state === 'running');
    const holding = running.filter(({ epoch }) => epoch === row?.epoch);
    const group = `group ${name} (running ${row?.running}, epoch ${row?.epoch})`;
    if (running.length > 0 && row === undefined) broken.push(`${group} has running jobs but no row`);
    if (new Set(holding.map(({ worker }) => worker)).size > 1) broken.push(`${group} is held by more than one worker`);
    if (row !== undefined && row.running !== holding.length) broken.push(`${group} is held by ${holding.length} jobs`);
    if (row === undefined || row.running === 0) broken.push(...stuckLanes(group, members));
  }
  for (const { name, running } of groups) {
    if (running > 0 && !byGroup.has(name)) broken.push(`group ${name} is busy with nothing`);
  }
  return broken;
}

/** Whoever may run the jobs of a free group finds it by them only if the head of each of its lanes is ready. */
function stuckLanes(group: string, members: readonly JobRow[]): readonly string[] {
  const waiting = members.filter(({ state }) => state === 'ready' || state === 'blocked');
  return [...grouped(waiting, ({ channel, name }) => `${channel}/${name}`)].flatMap(([lane, [head]]) =>
    head?.state === 'blocked' ? [`${group} is free, but the head of its lane ${lane}, ${head.id}, is blocked`] : [],
  );
}
