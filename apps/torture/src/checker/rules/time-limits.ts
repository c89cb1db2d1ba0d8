import { isTimedOut } from '../aborts.ts';
import { type Account, type ClaimedRun, isMeeting, type Rule } from '../account.ts';
import { type Process, TRANSLATION_MS } from '../history.ts';

/** How late a busy machine may be with a timer, or with the record that follows, in milliseconds. */
const LATE_MS = 3_000;
/** Timers count in whole milliseconds. */
const EARLY_MS = 2;
/** How many jobs a process may run at a time: the slots of its Workers. */
const SLOTS = 8;

/**
 * A run is told to end when its `maxRunSecs` are over, not before; where it has no group its attempt has failed and its slot
 * is idle once its grace is over too, though it goes on. And no process ever runs more jobs than it has slots for, those
 * aside that have overrun.
 */
export const timeLimits: Rule = (account) => [
  ...account.runs.flatMap((run) =>
    wrongOf(run, account).map((text) => ({ text: `${run.jobId} in ${run.process} ${text}`, about: [run.jobId] })),
  ),
  ...tooMany(account),
];

function wrongOf(run: ClaimedRun, account: Account): readonly string[] {
  const { startedAt, abortedAt, endedAt, claim } = run;
  const plan = account.plans.get(run.jobId);
  const process = account.processes.get(run.process);
  if (plan?.maxRunSecs == null || process === undefined) return [];
  const dueAt = startedAt + plan.maxRunSecs * 1000;
  const until = Math.min(endedAt ?? process.endedAt ?? Infinity, run.untilAt);
  if (!isTimedOut(run, account)) {
    const isOver = abortedAt !== null || until <= dueAt + LATE_MS || isBusy(process, startedAt, until);
    return isOver ? [] : [`was not told that its maxRunSecs of ${plan.maxRunSecs} were over`];
  }
  const early = dueAt - (abortedAt ?? dueAt);
  if (early > EARLY_MS) return [`was told ${Math.round(early)} ms too early that its maxRunSecs were over`];
  const graceOver = (abortedAt ?? dueAt) + account.history.settings.graceSecs * 1000;
  const isHeld = (claim?.endedAt ?? Infinity) > graceOver + LATE_MS && until > graceOver + LATE_MS;
  if (plan.group !== null || !isHeld || isHindered(run, process, graceOver + LATE_MS, account)) return [];
  return [`kept its claim for ${LATE_MS} ms after its grace`];
}

function isBusy({ frozen, lags }: Process, from: number, to: number): boolean {
  return [...frozen, ...lags].some((one) => isMeeting(one, { from, to }));
}

function isHindered(run: ClaimedRun, process: Process, to: number, account: Account): boolean {
  const from = run.startedAt;
  return (
    isBusy(process, from, to) ||
    process.reach.statementTimeoutMs !== null ||
    account.isRefused(run.jobId) ||
    account.troublesOf(process.name, { from, to }).length > 0 ||
    process.hogs.some((one) => isMeeting(one, { from, to })) ||
    account.runs.some((one) => one.process === process.name && account.plans.get(one.jobId)?.task.does === 'transact')
  );
}

/** Each run has a slot from its begin until it ends, is left behind, or is forgotten with its claim. */
function tooMany({
  history,
  runs,
  processes,
}: Account): readonly { readonly text: string; readonly about: readonly string[] }[] {
  return history.processes.flatMap(({ name }) => {
    const found: { text: string; about: readonly string[] }[] = [];
    let held: readonly ClaimedRun[] = [];
    for (const run of runs.filter(({ process }) => process === name)) {
      held = [...held.filter((one) => slotUntil(one, processes) > run.startedAt + TRANSLATION_MS), run];
      if (held.length <= SLOTS) continue;
      const about = held.map(({ jobId }) => jobId);
      found.push({ text: `${name} ran ${held.length} jobs at a time in ${SLOTS} slots, with ${run.jobId}`, about });
    }
    return found;
  });
}

function slotUntil({ endedAt, abortedAt, process, isOverrun }: ClaimedRun, processes: Account['processes']): number {
  const ownEnd = endedAt ?? processes.get(process)?.endedAt ?? Infinity;
  return isOverrun ? (abortedAt ?? ownEnd) : ownEnd;
}
