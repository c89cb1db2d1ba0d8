import { UNIQUE } from '../../settings.ts';
import type { Account, Finding } from '../account.ts';
import { type Enqueue, TRANSLATION_MS } from '../history.ts';
import type { Replacement } from '../witnessed-rows.ts';
import { claimedAt } from './held-keys.ts';

/**
 * Who was told that he has replaced a waiting job has: it is run with what he gave it, or somebody after him. Nothing is
 * replaced by an enqueue that was undone, or after its claim; and no delay is begun anew for longer than it may.
 */
export function ofReplacements(account: Account): readonly Finding[] {
  const enqueues = new Map(account.history.enqueues.map((one) => [one.key, one]));
  return [
    ...account.history.replacements.flatMap((one) =>
      wrongOf(one, enqueues.get(one.key), account).map((text) => ({
        text: `${one.jobId} ${text}`,
        about: [one.jobId, one.key],
      })),
    ),
    ...account.history.enqueues.flatMap((one) => ofMet(one, account)),
    ...ofRuns(account),
  ];
}

function wrongOf(one: Replacement, by: Enqueue | undefined, account: Account): readonly string[] {
  const { jobId, key, at, isRestart, dueAt } = one;
  const found: string[] = [];
  const job = account.history.inserted.find((row) => row.jobId === jobId);
  const { onConflict = 'skip', maxRestartSecs = Infinity } = UNIQUE[job?.name ?? ''] ?? {};
  if (by === undefined) found.push(`was replaced by ${key}, which nobody enqueued`);
  else if (by.fate !== 'unknown' && (by.fate !== 'met' || by.jobId !== jobId))
    found.push(`was replaced by ${key}, which is ${by.fate}${by.fate === 'met' ? ` with ${by.jobId}` : ''}`);
  if (onConflict === 'skip') found.push(`was replaced by ${key}, which was to be skipped`);
  if (isRestart && onConflict !== 'restart') found.push(`has its delay begun anew by ${key}, which was not to do so`);
  const late = Math.round(at - claimedAt(jobId, account));
  if (late > TRANSLATION_MS) found.push(`was replaced by ${key} ${late} ms after it had been claimed`);
  const over = Math.round((dueAt ?? 0) - (job?.at ?? 0) - maxRestartSecs * 1000);
  if (isRestart && over > TRANSLATION_MS) found.push(`was put off by ${key} for ${over} ms more than it may be`);
  return found;
}

/** Whoever was told so finds it done, once. */
function ofMet({ key, fate, became, jobId, committedAt }: Enqueue, account: Account): readonly Finding[] {
  if (fate !== 'met' || jobId === null || account.isUndone(committedAt)) return [];
  const own = (account.replacementsOf.get(jobId) ?? []).filter((one) => one.key === key);
  const due = became === 'replaced' || became === 'restarted' ? 1 : 0;
  if (own.length === due) return [];
  return [{ text: `${key} was ${became} with ${jobId}, which was given it ${own.length} times`, about: [jobId] }];
}

/** What is run is the latest. What was begun under a claim that is lost was begun with what was the latest then. */
function ofRuns(account: Account): readonly Finding[] {
  return account.runs.flatMap(({ jobId, key, process, startedAt, isGhost }) => {
    const latest = account.replacementsOf.get(jobId)?.at(-1)?.key;
    if (latest === undefined || key === latest || isGhost || account.isUndone(startedAt)) return [];
    return [{ text: `${jobId} was run by ${process} as ${key}, and is ${latest} since then`, about: [jobId] }];
  });
}
