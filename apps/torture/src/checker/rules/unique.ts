import { UNIQUE } from '../../settings.ts';
import type { Account, Finding, Rule } from '../account.ts';
import { grouped } from '../grouped.ts';
import { type Enqueue, type Inserted, TRANSLATION_MS } from '../history.ts';

/**
 * Of a unique key there are never two jobs that hold it: that wait for their first claim, or, where the key is held until
 * the job is over, that are not over. And nothing is lost with an enqueue that was skipped: the job that stands for it was
 * claimed after its commit, or, where the key is held to the end, was not over when it was called.
 */
export const unique: Rule = (account) => [...heldTwice(account), ...stoodForByNone(account)];

function heldTwice(account: Account): readonly Finding[] {
  const keyed = account.history.inserted.filter(({ jobId, name }) => name in UNIQUE && account.plans.has(jobId));
  const keys = grouped(keyed, ({ jobId, name }) => `${name} ${account.plans.get(jobId)?.unique}`);
  return [...keys].flatMap(([key, own]) => {
    const sorted = [...own].sort((a, b) => a.at - b.at);
    return sorted.flatMap((one, i) => {
      const before = sorted.slice(0, i).find((earlier) => heldUntil(earlier, account) > one.at);
      if (before === undefined) return [];
      const text = `${one.jobId} was enqueued while ${before.jobId} held the key ${key}`;
      return [{ text, about: [before.jobId, one.jobId] }];
    });
  });
}

/** When a job ceased to hold its key, by the database. */
function heldUntil({ jobId, name }: Pick<Inserted, 'jobId' | 'name'>, account: Account): number {
  return Math.min(...(UNIQUE[name] === 'started' ? firstClaims(jobId, account) : []), overAt(jobId, account));
}

function firstClaims(jobId: string, { claimsOf }: Account): readonly number[] {
  return (claimsOf.get(jobId) ?? []).slice(0, 1).map(({ at }) => at);
}

/** When its row went. */
function overAt(jobId: string, { finalsOf, history }: Account): number {
  const gone = [...(finalsOf.get(jobId) ?? []), ...history.deleted.filter((one) => one.jobId === jobId)];
  return Math.min(Infinity, ...gone.map(({ at }) => at));
}

function stoodForByNone(account: Account): readonly Finding[] {
  const known = new Map(account.history.inserted.map((row) => [row.jobId, row]));
  return account.history.enqueues.flatMap((one) => {
    if (one.fate !== 'met' || one.jobId === null || account.isUndone(one.committedAt)) return [];
    const text = wrongOf(one, one.jobId, known, account);
    return text === undefined ? [] : [{ text: `${one.key} was skipped for ${one.jobId}, ${text}`, about: [one.jobId] }];
  });
}

/**
 * How long after its row went a job may still be seen, in milliseconds: the row is stamped when it is deleted, and gone with the
 * commit, which waits for the disk and for a server that is held up.
 */
const COMMIT_MS = 1_000;

function wrongOf(
  { calledAt, commitAt, name, unique: key }: Enqueue,
  jobId: string,
  known: ReadonlyMap<string, Inserted>,
  account: Account,
): string | undefined {
  const other = known.get(jobId);
  if (other === undefined) return 'which is not there';
  const plan = account.plans.get(jobId);
  if (other.name !== name || plan?.unique !== key) return `which has the key ${other.name} ${plan?.unique}`;
  const since = UNIQUE[name] === 'started' ? (commitAt ?? calledAt) : calledAt - COMMIT_MS;
  const early = Math.round(since - heldUntil(other, account));
  if (early <= TRANSLATION_MS) return undefined;
  return UNIQUE[name] === 'started'
    ? `which was claimed ${early} ms before that was committed`
    : `which was over ${early + COMMIT_MS} ms before`;
}
