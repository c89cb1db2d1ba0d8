import type { Rule } from '../account.ts';
import { grouped } from '../grouped.ts';

/** For each job that has failed for good there is one job that tells of it, and for no other: `onFailure`. */
export const told: Rule = ({ history, plans, finalsOf }) => {
  const tellers = history.inserted.filter(({ failedId = null }) => failedId !== null);
  const tellersOf = grouped(tellers, ({ failedId }) => failedId as string);
  const untold = history.finals.flatMap(({ jobId, outcome }) => {
    const count = tellersOf.get(jobId)?.length ?? 0;
    const isRight = count === (outcome === 'failed' && plans.has(jobId) ? 1 : 0);
    return isRight ? [] : [{ text: `${jobId} has ${outcome}, and ${count} jobs tell of it`, about: [jobId] }];
  });
  const mistaken = [...tellersOf].flatMap(([failedId, list]) =>
    finalsOf.has(failedId)
      ? []
      : [{ text: `${list[0]?.jobId} tells of the failure of ${failedId}, which is not over`, about: [failedId] }],
  );
  return [...untold, ...mistaken];
};
