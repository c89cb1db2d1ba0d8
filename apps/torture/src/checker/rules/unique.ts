import { UNIQUE } from '../../settings.ts';
import type { Account, Finding, Rule } from '../account.ts';
import { type Enqueue, type Inserted, TRANSLATION_MS } from '../history.ts';
import { claimedAt, heldUntil, keyedJobs, seenUntil } from './held-keys.ts';
import { ofReplacements } from './replacements.ts';

/**
 * Of a unique key there are never two jobs that hold it: that wait for their first claim, or, where the key is held until
 * the job is over, that are not over; and where it is held for some time, not within that. Nothing is lost with an enqueue
 * that was skipped: the job that stands for it was claimed after its commit, or, where the key is held to the end, was not
 * over when it was called. What was to replace another has done so, unless that was claimed already.
 */
export const unique: Rule = (account) => [
  ...heldTwice(account),
  ...stoodForByNone(account),
  ...ofReplacements(account),
];

function heldTwice(account: Account): readonly Finding[] {
  return [...keyedJobs(account)].flatMap(([key, own]) =>
    own.flatMap((one, i) => {
      const before = own.slice(0, i).find((earlier) => heldUntil(earlier, account) > one.at);
      if (before === undefined) return [];
      const text = `${one.jobId} was enqueued while ${before.jobId} held the key ${key}`;
      return [{ text, about: [before.jobId, one.jobId] }];
    }),
  );
}

interface Known {
  readonly jobs: ReadonlyMap<string, Inserted>;
  readonly keys: ReadonlyMap<string, readonly Inserted[]>;
}

function stoodForByNone(account: Account): readonly Finding[] {
  const jobs = new Map(account.history.inserted.map((row) => [row.jobId, row]));
  const known = { jobs, keys: keyedJobs(account) };
  return account.history.enqueues.flatMap((one) => {
    if (one.fate !== 'met' || one.jobId === null || account.isUndone(one.committedAt)) return [];
    const text = wrongOf(one, one.jobId, known, account);
    const what = one.became === 'replaced' || one.became === 'restarted' ? 'to replace' : 'skipped for';
    return text === undefined ? [] : [{ text: `${one.key} was ${what} ${one.jobId}, ${text}`, about: [one.jobId] }];
  });
}

function wrongOf(met: Enqueue, jobId: string, { jobs, keys }: Known, account: Account): string | undefined {
  const { calledAt, commitAt, name, unique: key, became } = met;
  const other = jobs.get(jobId);
  if (other === undefined) return 'which is not there';
  const plan = account.plans.get(jobId);
  if (other.name !== name || plan?.unique !== key) return `which has the key ${other.name} ${plan?.unique}`;
  const isSkipped = became !== 'replaced' && became !== 'restarted';
  if (isSkipped && isStillWaiting(met, jobId, account)) return 'which waited, and was to be replaced';
  // Until the commit the waiting job is held: so that it starts after that, and with what it was given.
  if (!isSkipped || UNIQUE[name]?.until === 'started') {
    const early = Math.round((commitAt ?? calledAt) - claimedAt(jobId, account));
    return early > TRANSLATION_MS ? `which was claimed ${early} ms before that was committed` : undefined;
  }
  const late = Math.round(calledAt - seenUntil(other, keys, account));
  return late > TRANSLATION_MS ? `which was over ${late} ms before` : undefined;
}

/** Whether a job was not claimed yet when another that was to replace it was told that it is skipped. */
function isStillWaiting({ name, committedAt }: Enqueue, jobId: string, account: Account): boolean {
  const mayReplace = UNIQUE[name]?.onConflict !== 'skip';
  return mayReplace && claimedAt(jobId, account) > (committedAt ?? Infinity) + TRANSLATION_MS;
}
