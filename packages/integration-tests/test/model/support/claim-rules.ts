import type { ClaimedJob, ClaimResult, Demand } from '@bearmq/core/internal';
import { grouped } from './grouped.ts';
import { byRank, isAllowed, type Model, type ModelJob, type ModelWorker } from './model.ts';

/**
 * Judges what a claim gave, and enters it in the model. A claim is not told exactly what to give (how many groups it
 * takes at once is its own affair), so this says what it must give, and what it must not.
 *
 * @throws Error that names the rule broken.
 */
export function acceptClaim(
  model: Model,
  worker: ModelWorker,
  names: readonly string[],
  demands: readonly Demand[],
  result: ClaimResult,
): void {
  checkCounted(demands, result);
  for (const [i, demand] of demands.entries()) {
    const given = result.jobs[i] ?? [];
    const taken = given.map((claim) => knownJob(model, claim));
    checkAllowed(model, names, demand, taken);
    checkRuns(model, names, demand, taken);
    checkAmounts(demand, taken);
    checkOrder(model, names, demand, taken);
    for (const [j, job] of taken.entries()) take(job, worker, given[j] as ClaimedJob);
    worker.claims.push(...given);
    if (!result.mayHaveMore) checkNothingLeft(model, names, demand, taken);
  }
  // An answer to no demand at all would be a job that nobody runs.
  rule('jobs are given for the demands made', result.jobs.length <= demands.length);
}

function rule(text: string, holds: boolean, ...about: unknown[]): void {
  if (!holds) throw new Error(`a claim broke a rule: ${text} ${about.map((one) => JSON.stringify(one)).join(' ')}`);
}

/** The job as the model has it, if the claim tells the truth about it. */
function knownJob(model: Model, claim: ClaimedJob): ModelJob {
  const job = model.jobs.get(claim.id);
  rule('only unfinalized jobs are claimed', job !== undefined, claim);
  const { name, channel, group, priority, numAttempts, timeoutSecs, attempt, fence } = job as ModelJob;
  const told = { name, channel, jobGroup: group, priority, numAttempts, timeoutSecs };
  const truth = { ...told, attempt: attempt + 1, fence: fence + 1 };
  for (const [key, value] of Object.entries(truth)) {
    rule(`a claimed job's ${key} is ${value}`, claim[key as keyof ClaimedJob] === value, claim);
  }
  return job as ModelJob;
}

function checkAllowed(model: Model, names: readonly string[], demand: Demand, taken: readonly ModelJob[]): void {
  for (const job of taken) {
    rule('only waiting jobs are claimed', job.state === 'waiting', job.id);
    rule('only jobs of the names and channels asked for', isAllowed(names, demand)(job), job.id);
    rule('no job of a busy group', job.group === null || !model.isBusy(job.group), job.id);
  }
  rule('no job twice', new Set(taken).size === taken.length);
}

/** What a group gives is the beginning of what it has for this worker. */
function checkRuns(model: Model, names: readonly string[], demand: Demand, taken: readonly ModelJob[]): void {
  for (const [group, run] of groupsOf(taken)) {
    rule('a run is no longer than asked for', run.length <= demand.maxPerGroup, group);
    const waiting = model.waiting((job) => job.group === group && isAllowed(names, demand)(job));
    for (const [i, job] of run.entries()) rule('a group is first in, first out', waiting[i] === job, job.id, group);
  }
}

function checkAmounts({ slots, ahead, maxPerGroup, usual = maxPerGroup }: Demand, taken: readonly ModelJob[]): void {
  const groups = groupsOf(taken);
  const free = taken.filter(({ group }) => group === null);
  rule('jobs without a group fit in what groups leave', free.length <= Math.max(0, slots + ahead - inGroups(taken)));
  rule(
    'no more groups than could be worked off',
    groups.size <= Math.max(slots, Math.ceil((slots + ahead) / Math.min(maxPerGroup, usual))),
  );
  rule('no more jobs than capacity and one run for each slot', taken.length <= slots + ahead + slots * maxPerGroup);
}

/** Of all that a claim gives, the first that has a slot starts at once. One whose attempts are all spent is not run. */
function checkCounted(demands: readonly Demand[], { jobs }: ClaimResult): void {
  const counted = jobs.flat().filter(({ isStarted }) => isStarted);
  const first = jobs.find((given, i) => given.length > 0 && (demands[i]?.slots ?? 0) > 0)?.[0];
  const started = first === undefined || first.attempt > first.numAttempts ? [] : [first];
  const isRight = counted.length === started.length && counted[0] === started[0];
  rule('the attempt of the first to start is spent, and no other', isRight, counted, started);
}

function checkOrder(model: Model, names: readonly string[], demand: Demand, taken: readonly ModelJob[]): void {
  const ranked = [...taken].sort(byRank);
  rule(
    'jobs come in their order',
    taken.every((job, i) => ranked[i] === job),
  );
  const candidates = model.waiting(isAllowed(names, demand));
  const free = taken.filter(({ group }) => group === null);
  const firstFree = candidates.filter(({ group }) => group === null);
  rule(
    'alone, jobs without a group come in their exact order',
    free.every((job, i) => firstFree[i] === job),
  );
  const groups = candidates.flatMap(({ group }) => (group === null ? [] : [group]));
  const isPlain = new Set(groups).size === groups.length && !groups.some((group) => model.isBusy(group));
  if (!isPlain || demand.maxPerGroup > 1) return;
  const best = candidates.slice(0, demand.slots + demand.ahead);
  const isExact = best.length === taken.length && best.every((job, i) => taken[i] === job);
  rule(
    'alone, and with one job in each group, it takes the very first',
    isExact,
    best.map(({ id }) => id),
  );
}

/** A worker that got less than it asked for, and was not told to ask again, goes to sleep. */
function checkNothingLeft(model: Model, names: readonly string[], demand: Demand, taken: readonly ModelJob[]): void {
  if (taken.length >= demand.slots + demand.ahead) return;
  const left = model.waiting(isAllowed(names, demand)).filter(({ group }) => group === null || !model.isBusy(group));
  rule(
    'nothing is left behind in silence',
    left.length === 0,
    demand,
    left.map(({ id }) => id),
  );
}

function take(job: ModelJob, worker: ModelWorker, { isStarted }: ClaimedJob): void {
  Object.assign(job, { state: 'running', worker, holds: true, isStarted: isStarted });
  job.fence += 1;
  if (isStarted) job.attempt += 1;
}

function groupsOf(jobs: readonly ModelJob[]): Map<string, ModelJob[]> {
  return grouped(
    jobs.filter(({ group }) => group !== null),
    ({ group }) => group as string,
  );
}

function inGroups(jobs: readonly ModelJob[]): number {
  return jobs.filter(({ group }) => group !== null).length;
}
