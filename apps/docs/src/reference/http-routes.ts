import type { Route } from '../../../../packages/dashboard/dist/server/route.js';
import { builtModule } from './built-module.ts';

const { ROUTES } = await builtModule<typeof import('../../../../packages/dashboard/dist/server/routes/index.js')>(
  'dashboard/dist/server/routes/index.js',
);

/** What a route is for, and the types (of the dashboard's api-types.ts) of what it is given and what it answers. */
interface Told {
  readonly about: string;
  /** Without one the answer is JSON that somebody stored. */
  readonly answer?: string;
  readonly body?: string;
}

const SCHEDULE = 'schedules/:jobName/:key';

const TOLD: Readonly<Record<string, Told>> = {
  'GET meta': { about: 'What this is, and what you may do', answer: 'MetaAnswer' },
  'GET overview': { about: 'Counts, the last hour, and what should be looked at', answer: 'OverviewAnswer' },
  'GET series': { about: 'Columns for charts', answer: 'SeriesAnswer' },
  'GET lanes': { about: 'Each lane as it is now', answer: 'LanesAnswer' },
  'GET jobs': { about: 'A page of jobs, without payloads', answer: 'JobsAnswer' },
  'GET jobs/:id': { about: 'A job, how far it says it is, and its timeline', answer: 'JobAnswer' },
  'GET jobs/:id/payload': { about: 'Its payload, as it is stored, digit by digit' },
  'GET jobs/:id/payload/head': {
    about: 'Its payload, or the beginning of a large one, and how large it is',
    answer: 'PayloadHeadAnswer',
  },
  'GET jobs/:id/result': { about: 'Whether it kept a result, and that', answer: 'JobResultAnswer' },
  'GET jobs/:id/log': { about: 'Lines that it logged, the oldest first', answer: 'JobLogAnswer' },
  'GET jobs/:id/explain': { about: 'Why it is where it is, and what to do', answer: 'ExplainAnswer' },
  'POST jobs': {
    about: 'Enqueues a job. Its definition is not asked: only JSON is checked',
    body: 'EnqueueBody',
    answer: 'EnqueueAnswer',
  },
  'POST jobs/:id/retry': { about: 'Has it run again', body: 'RetryBody', answer: 'RetryAnswer' },
  'POST jobs/:id/run-now': { about: 'Has it run before its time, if it is scheduled', answer: 'RunNowAnswer' },
  'POST jobs/:id/cancel': { about: 'Cancels it, or tells it to end', body: 'CancelBody', answer: 'CancelAnswer' },
  'POST jobs/:id/delete': { about: 'Deletes it for good', answer: 'DeleteAnswer' },
  'POST jobs/:id/priority': { about: 'Gives it another priority', body: 'PriorityBody', answer: 'PriorityAnswer' },
  'POST bulk/preview': {
    about: 'How many jobs match, five of them, and what the bulk is to be given. Changes nothing',
    body: 'BulkPreviewBody',
    answer: 'BulkPreviewAnswer',
  },
  'POST bulk': {
    about: 'Does it to up to 1,000 of the jobs, and says where to go on. Call it until `next` is `null`',
    body: 'BulkBody',
    answer: 'BulkAnswer',
  },
  'GET failures': { about: 'Failed jobs by what they failed with', answer: 'FailuresAnswer' },
  'GET groups': { about: 'Who holds each group, and what waits', answer: 'GroupsAnswer' },
  'GET groups/:name': { about: 'A group, and the first jobs that wait in it', answer: 'GroupAnswer' },
  'GET schedules': { about: 'Each rule, and when it is due', answer: 'SchedulesAnswer' },
  [`GET ${SCHEDULE}`]: { about: 'A schedule, and its next ten ticks', answer: 'ScheduleAnswer' },
  [`POST ${SCHEDULE}/pause`]: { about: 'Has no tick of it enqueued', answer: 'ScheduleActionAnswer' },
  [`POST ${SCHEDULE}/resume`]: { about: 'Has its ticks enqueued again', answer: 'ScheduleActionAnswer' },
  [`POST ${SCHEDULE}/trigger`]: {
    about: "Enqueues a job of it now. Needs the definition in the dashboard's context",
    answer: 'ScheduleActionAnswer',
  },
  [`POST ${SCHEDULE}/remove`]: { about: 'Deletes it', answer: 'ScheduleActionAnswer' },
  'GET processes': { about: 'Who runs workers, and how much', answer: 'ProcessesAnswer' },
  'GET processes/:id': { about: 'A process, and the jobs that it runs', answer: 'ProcessAnswer' },
  'GET pauses': { about: 'What is paused', answer: 'PausesAnswer' },
  'POST pauses': {
    about: 'Pauses a channel, a name, a group or everything, and may wait for what runs',
    body: 'PauseBody',
    answer: 'PauseAnswer',
  },
  'POST pauses/remove': { about: 'Ends a pause', body: 'PausedWhat', answer: 'ResumeAnswer' },
  'GET health': {
    about: 'What `diagnose` finds, what is migrated, how large tables are, and who holds vacuum up',
    answer: 'HealthAnswer',
  },
};

const MOMENT = 'A time in ISO 8601, as `2026-11-29T06:00:00Z`';

/** What the parameters of queries mean, whichever route takes them. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  from: `${MOMENT}; required`,
  to: MOMENT,
  since: MOMENT,
  stepSecs: 'How long a step is, in seconds, from 60 to 86,400',
  channel: 'Of this channel only',
  jobName: 'Of this name only',
  jobGroup: 'Of this group only',
  search: 'A part of the name, or of the channel of a lane',
  state: 'In this state; may come several times',
  outcome: 'With this outcome; may come several times',
  id: 'With this id; may come several times',
  error: "A part of the error's text",
  fingerprint: 'That failed in this way: a `fingerprint` of `failures`',
  enqueuedFrom: MOMENT,
  enqueuedTo: MOMENT,
  finalizedFrom: MOMENT,
  finalizedTo: MOMENT,
  order: 'Of jobs `newest` (the default) or `oldest`; of groups `name` (the default), `waiting`, `oldest` or `held`',
  limit: 'The most entries of the page',
  after: 'Where to go on: `next` of the page before',
};

/** Those that may come several times. */
export const SEVERAL: readonly string[] = ['state', 'outcome', 'id'];

/** A route with all that is told of it. */
export interface ToldRoute extends Told {
  readonly route: Route;
  readonly key: string;
}

/** All routes. @throws Error for one that nothing is told of, and for what is told of one that is not there. */
export function toldRoutes(): readonly ToldRoute[] {
  const told = ROUTES.map((route) => {
    const key = `${route.method} ${route.path}`;
    const found = TOLD[key];
    if (found === undefined) throw new Error(`the dashboard has a route ${key}: say in http-routes.ts what it is for`);
    const unknown = (route.takes ?? []).find((name) => PARAMETERS[name] === undefined);
    if (unknown !== undefined) throw new Error(`${key} takes ${unknown}: say in http-routes.ts what that means`);
    return { ...found, route, key };
  });
  const gone = Object.keys(TOLD).find((key) => told.every((one) => one.key !== key));
  if (gone !== undefined) throw new Error(`http-routes.ts tells of ${gone}, which the dashboard does not have`);
  return told;
}
