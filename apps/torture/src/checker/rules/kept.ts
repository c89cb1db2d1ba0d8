import type { Rule } from '../account.ts';
import { grouped } from '../grouped.ts';

/** What `enqueue` said is so: committed jobs are there, once; of undone ones nothing is left; nothing else is there. */
export const kept: Rule = (account) => {
  const { history, tickIds, finalsOf } = account;
  const insertedAs = grouped(
    history.inserted.filter(({ key }) => key !== null),
    ({ key }) => key as string,
  );
  const keys = new Set(history.enqueues.map(({ key }) => key));
  const left = new Set(history.remains.jobs.map(({ jobId }) => jobId));
  const deleted = new Set(history.deleted.map(({ jobId }) => jobId));
  const ofEnqueues = history.enqueues.flatMap(({ key, fate, jobId, committedAt }) => {
    const rows = insertedAs.get(key) ?? [];
    if (rows.length === 0 && account.isUndone(committedAt)) return [];
    const isWrong = {
      committed: rows.length !== 1,
      met: rows.length > 0,
      undone: rows.length > 0,
      unknown: rows.length > 1,
    }[fate];
    if (isWrong) return [{ text: `${key} is ${fate}, and was inserted ${rows.length} times`, about: [key] }];
    if (fate === 'committed' && jobId !== null && rows[0]?.jobId !== jobId) {
      return [{ text: `enqueue of ${key} gave the id ${jobId}, its row has ${rows[0]?.jobId}`, about: [key, jobId] }];
    }
    return [];
  });
  const ofRows = history.inserted.flatMap(({ jobId, key, failedId = null, leaderId = null }) => {
    const finals = finalsOf.get(jobId)?.length ?? 0;
    const found: string[] = [];
    const isByQueue = failedId !== null || leaderId !== null || tickIds.has(jobId);
    if (key === null ? !isByQueue : !keys.has(key)) found.push(`${jobId} was enqueued by nobody`);
    // One that is left is the end state's to tell of.
    const isGone = left.has(jobId) || deleted.has(jobId);
    if (finals > 1 || (finals === 0) !== isGone) {
      const more = left.has(jobId) ? ', and is still to be done' : isGone ? ', although it had been deleted' : '';
      found.push(`${jobId} was finalized ${finals} times${more}`);
    }
    return found.map((text) => ({ text, about: [jobId, ...(key === null ? [] : [key])] }));
  });
  const seen = history.runs.filter(({ startedAt }) => !account.isUndone(startedAt));
  const known = new Set(history.inserted.map(({ jobId }) => jobId));
  const strangers = [...new Set([...finalsOf.keys(), ...seen.map(({ jobId }) => jobId)])]
    .filter((jobId) => !known.has(jobId))
    .map((jobId) => ({ text: `${jobId} was run or finalized, and never inserted`, about: [jobId] }));
  return [...ofEnqueues, ...ofRows, ...strangers];
};
