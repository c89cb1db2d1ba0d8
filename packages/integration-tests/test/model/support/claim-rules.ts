import type { ClaimedJob, ClaimResult, Demand } from '@bearmq/core/internal';
import { grouped } from './grouped.ts';
import { checkLanesInOrder, checkWithinLimits, hasRoom } from './limit-rules.ts';
import { isAllowed, type Model, type ModelJob, type ModelWorker } from './model.ts';

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
    checkWithinLimits(model, demand, taken, rule);
    checkAmounts(model, demand, taken);
    // With limits, lanes are passed over that a claim would give more of otherwise.
    if (model.most.size > 0) checkLanesInOrder(model, names, demand, taken, rule);
    else {
      checkRuns(model, names, demand, taken);
      checkOrder(model, names, demand, taken, result.mayHaveMore);
    }
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
    rule('only jobs that may start', hasRoom(model, job), job.id);
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

function checkAmounts(
  model: Model,
  { slots, ahead, maxPerGroup, usual = maxPerGroup }: Demand,
  taken: readonly ModelJob[],
): void {
  const groups = groupsOf(taken);
  const free = taken.filter(({ group }) => group === null);
  // Under limits they share with groups by age, and a run of one may go on beyond.
  const left = model.most.size > 0 ? slots + ahead : Math.max(0, slots + ahead - inGroups(taken));
  rule('jobs without a group fit in what groups leave', free.length <= left);
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

function checkOrder(
  model: Model,
  names: readonly string[],
  demand: Demand,
  taken: readonly ModelJob[],
  mayHaveMore: boolean,
): void {
  // What follows in a run of a group waits for its first, not for others. Of one priority turns count, no affair of the model.
  const heads = taken.filter(({ group }, i) => group === null || taken.findIndex((job) => job.group === group) === i);
  rule(
    'the highest priorities come first',
    heads.every(({ priority }, i) => priority <= (heads[i - 1]?.priority ?? priority)),
    taken.map(({ id }) => id),
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
  // Places that jobs have left behind may stand before others: then it says that there may be more, and is asked again.
  if (!isPlain || demand.maxPerGroup > 1 || mayHaveMore) return;
  const best = candidates.slice(0, demand.slots + demand.ahead);
  // Among groups of one priority it is their turns that count, which are no affair of the model.
  const priorities = (jobs: readonly ModelJob[]) => jobs.map(({ priority }) => priority).sort((a, b) => a - b);
  rule(
    'alone, and with one job in each group, it takes as many as it can, of the highest priorities',
    JSON.stringify(priorities(best)) === JSON.stringify(priorities(taken)),
    best.map(({ id }) => id),
  );
}

/** A worker that got less than it asked for, and was not told to ask again, goes to sleep. */
function checkNothingLeft(model: Model, names: readonly string[], demand: Demand, taken: readonly ModelJob[]): void {
  if (taken.length >= demand.slots + demand.ahead) return;
  const left = model.waiting(isAllowed(names, demand)).filter((job) => hasRoom(model, job));
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
