import type { Paused } from '@bearmq/core';
import type { PauseAnswer, PausedWhat, PausesAnswer, ResumeAnswer } from '../../api-types.ts';
import { checkChannel, mayShow } from '../narrowed.ts';
import { withoutEmpty } from '../query.ts';
import { badRequest, Refusal } from '../refusal.ts';
import type { Call, Route } from '../route.ts';

export const pauseRoutes: readonly Route[] = [
  { method: 'GET', path: 'pauses', channels: 'narrowed', handle: listPauses },
  { method: 'POST', path: 'pauses', action: 'pause', channels: 'narrowed', handle: pause },
  { method: 'POST', path: 'pauses/remove', action: 'resume', channels: 'narrowed', handle: resume },
];

async function listPauses({ source, granted }: Call): Promise<PausesAnswer> {
  const pauses = await source.context.pauses();
  const within = pauses.filter(
    ({ what }) =>
      granted.channels === null || what === 'everything' || ('channel' in what && mayShow(granted, what.channel)),
  );
  return {
    pauses: within.map(({ what, since, reason }) => ({
      what: what === 'everything' ? { everything: true } : what,
      since: since?.toISOString() ?? null,
      reason,
    })),
  };
}

/** A request should not take longer than what is between us and the browser waits, in seconds. */
const MAX_WAIT_SECS = 20;

async function pause(call: Call): Promise<PauseAnswer> {
  const { reason, waitForRunningSecs, ...what } = call.body;
  if (typeof waitForRunningSecs === 'number' && waitForRunningSecs > MAX_WAIT_SECS) {
    throw badRequest(`waitForRunningSecs: must be at most ${MAX_WAIT_SECS}: ask again`);
  }
  const options = withoutEmpty({ reason: reason as string, waitForRunningSecs: waitForRunningSecs as number });
  return await call.source.context.pause(pausedIn(what, call), options);
}

async function resume(call: Call): Promise<ResumeAnswer> {
  return { wasPaused: await call.source.context.resume(pausedIn(call.body, call)) };
}

/** What is no such thing the context refuses. */
function pausedIn(body: Readonly<Record<string, unknown>>, { granted }: Call): Paused {
  const { everything, ...named } = body as Partial<Record<keyof (PausedWhat & object), unknown>> &
    Readonly<Record<string, unknown>>;
  const isEverything = everything === true && Object.keys(named).length === 0;
  const { channel } = named;
  if (granted.channels !== null && typeof channel !== 'string') {
    throw new Refusal(403, 'CHANNELS_ONLY', 'your access is to some channels: pause and resume those');
  }
  checkChannel(granted, channel as string | undefined);
  if (everything !== undefined && !isEverything) throw badRequest('everything: must be true, and nothing beside it');
  return isEverything ? 'everything' : (named as unknown as Exclude<Paused, 'everything'>);
}
