import { type Account, type Finding, isMeeting, type Rule } from '../account.ts';
import { type Pause, TRANSLATION_MS } from '../history.ts';
import type { Place } from '../places.ts';

/** How long what was claimed before may still be about to start, in milliseconds: a second, and more where the machine is busy. */
const ABOUT_MS = 4_000;
/** How long before that a trouble may have had a part in it. */
const BEFORE_MS = 3_000;

/**
 * When a pause has resolved nothing of it is claimed, by the database, until a resume is called; and what processes had
 * claimed by then starts soon or not at all.
 */
export const pauses: Rule = (account) => {
  const { history } = account;
  const standing = history.pauses.filter(({ process, from }) => !account.isUndoneOf(process, from));
  return standing.flatMap((pause) => {
    const isOf = ({ jobId }: { readonly jobId: string }): boolean => isPaused(account.places.get(jobId), pause);
    return [...claimed(pause, isOf, account), ...begun(pause, isOf, account)];
  });
};

type IsOf = (job: { readonly jobId: string }) => boolean;

function claimed({ what, from, to }: Pause, isOf: IsOf, { history }: Account): readonly Finding[] {
  return history.claims
    .filter((claim) => claim.at > from + TRANSLATION_MS && claim.at < to - TRANSLATION_MS && isOf(claim))
    .map(({ jobId, process, at }) => ({
      text: `${jobId} was claimed by ${process} ${Math.round(at - from)} ms after ${JSON.stringify(what)} was paused`,
      about: [jobId, process],
    }));
}

function begun({ what, from, to }: Pause, isOf: IsOf, account: Account): readonly Finding[] {
  return account.runs
    .filter((run) => run.startedAt > from + ABOUT_MS && run.startedAt < to && isOf(run))
    .filter(({ process: name, startedAt, isGhost }) => {
      const during = { from: from - BEFORE_MS, to: startedAt };
      const { frozen = [], lags = [], hogs = [] } = account.processes.get(name) ?? {};
      const isHindered = [...frozen, ...lags, ...hogs].some((one) => isMeeting(one, during));
      return !isGhost && !isHindered && account.troublesOf(name, during).length === 0;
    })
    .map(({ jobId, process, startedAt }) => ({
      text: `${jobId} began in ${process} ${Math.round(startedAt - from)} ms after ${JSON.stringify(what)} was paused`,
      about: [jobId, process],
    }));
}

function isPaused(place: Place | undefined, { what }: Pause): boolean {
  if (place === undefined) return false;
  if (what === 'everything') return true;
  if ('channel' in what) return place.channel === what.channel;
  return 'jobName' in what ? place.name === what.jobName : place.group === what.jobGroup;
}
