import { grouped } from '../../model/support/grouped.ts';
import type { Claim, EnqueuedJob, FinalizedJob, Ledger, Run } from './ledger.ts';

/** A run, and how long its process had the right to it. */
interface ClaimedRun extends Run {
  readonly claim: Claim | undefined;
  /** When it ended, or when its claim was given up, if that came first; `null`: neither ever came. */
  readonly untilMs: number | null;
}

export interface Findings {
  /** What must not be, in words. */
  readonly broken: readonly string[];
  /** Runs that a process began after their claims were given up: it cannot know at once. None of them counts. */
  readonly strays: readonly Run[];
}

/** Proves the queue's promises from what others wrote down. Of the queue itself it asks only what was finalized. */
export function checkLedger({ enqueued, runs, claims, finalized }: Ledger): Findings {
  const claimsOf = grouped(claims, ({ jobId }) => jobId);
  const all = runs.map((run) => claimedRun(run, claimsOf.get(run.jobId) ?? []));
  const isStray = ({ claim, startedMs }: ClaimedRun): boolean => (claim?.takenBackMs ?? Infinity) < startedMs;
  const strays = all.filter(isStray);
  const valid = all.filter((run) => !isStray(run));
  const runsOf = grouped(valid, ({ jobId }) => jobId);
  const finalsOf = grouped(finalized, ({ id }) => id);
  const jobs = new Map(enqueued.map((job) => [job.id, job]));
  const broken = [
    ...all.filter(({ claim }) => claim === undefined).map(({ jobId }) => `${jobId} was run without a claim`),
    ...valid.filter(({ untilMs }) => untilMs === null).map(({ jobId }) => `a run of ${jobId} never ended`),
    ...[...finalsOf.keys(), ...runsOf.keys()].filter((id) => !jobs.has(id)).map((id) => `${id} was never enqueued`),
    ...enqueued.flatMap((job) => checkFinal(job, finalsOf.get(job.id) ?? [], runsOf.get(job.id) ?? [])),
    ...enqueued.flatMap((job) =>
      checkAttempts(job, finalsOf.get(job.id)?.[0], runsOf.get(job.id) ?? [], claimsOf.get(job.id) ?? []),
    ),
  ];
  for (const [group, members] of grouped(valid, ({ jobId }) => jobs.get(jobId)?.group ?? null)) {
    if (group !== null) broken.push(...overlaps(group, members), ...disorder(group, members, jobs));
  }
  return { broken, strays };
}

/** The claim that a run began under: the last that its process had for this attempt before it began. */
function claimedRun(run: Run, claims: readonly Claim[]): ClaimedRun {
  const claim = claims.findLast(
    ({ process, attempt, atMs }) => process === run.process && attempt === run.attempt && atMs <= run.startedMs,
  );
  const untilMs = Math.min(run.endedMs ?? Infinity, claim?.takenBackMs ?? Infinity);
  return { ...run, claim, untilMs: untilMs === Infinity ? null : untilMs };
}

/** Each job is finalized once, for the reason that its runs give. */
function checkFinal(
  { id, fails }: EnqueuedJob,
  finals: readonly FinalizedJob[],
  runs: readonly ClaimedRun[],
): string[] {
  const [final] = finals;
  if (final === undefined || finals.length > 1) return [`${id} was finalized ${finals.length} times`];
  const { outcome, attempt, numAttempts } = final;
  const successes = runs.filter(({ claim, outcome: said }) => said === 'succeeded' && claim?.takenBackMs === null);
  const broken: string[] = [];
  if (outcome === 'succeeded' && (successes.length !== 1 || successes[0]?.attempt !== attempt)) {
    broken.push(`${id} succeeded in attempt ${attempt}, by runs in ${successes.map((run) => run.attempt)}`);
  }
  if (outcome === 'failed' && (successes.length > 0 || attempt !== numAttempts)) {
    broken.push(`${id} failed in attempt ${attempt} of ${numAttempts}, with ${successes.length} good runs`);
  }
  const isUndisturbed = runs.every(({ claim }) => claim?.takenBackMs === null);
  const planned = Math.min(fails + 1, numAttempts);
  if (isUndisturbed && runs.length === attempt && attempt !== planned) {
    broken.push(`${id} was over after attempt ${attempt} instead of ${planned}`);
  }
  return broken;
}

/** Attempts are counted one by one; only a claim that was given up unspent has its attempt made again. */
function checkAttempts(
  { id }: EnqueuedJob,
  final: FinalizedJob | undefined,
  runs: readonly ClaimedRun[],
  claims: readonly Claim[],
): string[] {
  const last = final?.attempt ?? 0;
  const broken = runs
    .filter(({ attempt }) => attempt > last)
    .map(({ attempt }) => `${id} ran in attempt ${attempt} of ${last}`);
  for (let attempt = 1; attempt <= last; attempt += 1) {
    const made = runs.filter((run) => run.attempt === attempt).length;
    const lost = claims.filter((claim) => claim.attempt === attempt && claim.takenBackMs !== null);
    const spent = lost.filter(({ isSpent }) => isSpent).length;
    // A process that is killed between its claim and its first entry has spent the attempt without a trace of it.
    if (made < 1 - spent || made > 1 + lost.length - spent) {
      broken.push(
        `${id} made attempt ${attempt} ${made} times; it was lost ${lost.length} times, ${spent} times spent`,
      );
    }
  }
  return broken;
}

function overlaps(group: string, runs: readonly ClaimedRun[]): string[] {
  const broken: string[] = [];
  let latest: ClaimedRun | undefined;
  for (const run of [...runs].sort((a, b) => a.startedMs - b.startedMs)) {
    if (latest !== undefined && run.startedMs < (latest.untilMs ?? Infinity)) {
      broken.push(
        `in ${group}, ${run.jobId} (${run.process}) began before ${latest.jobId} (${latest.process}) was over`,
      );
    }
    if (latest === undefined || (run.untilMs ?? Infinity) > (latest.untilMs ?? Infinity)) latest = run;
  }
  return broken;
}

/** The first run of each job of a group, in the order of enqueueing. */
function disorder(group: string, runs: readonly ClaimedRun[], jobs: ReadonlyMap<string, EnqueuedJob>): string[] {
  const firsts = [...grouped(runs, ({ jobId }) => jobId)].map(([id, own]) => ({
    nth: jobs.get(id)?.nth ?? 0,
    startedMs: Math.min(...own.map(({ startedMs }) => startedMs)),
  }));
  firsts.sort((a, b) => a.startedMs - b.startedMs);
  return firsts.flatMap(({ nth }, i) => {
    const before = firsts[i - 1]?.nth ?? 0;
    return nth < before ? [`in ${group}, number ${nth} was run for the first time after number ${before}`] : [];
  });
}
