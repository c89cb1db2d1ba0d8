import { expect, it } from '@jest/globals';
import type { JobFilter } from 'bearmq';
import { v7 as uuidv7 } from 'uuid';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { statementsOf } from '../support/statements.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { changed, optionsLike } from './support/values.ts';

const schema = useSchema();
const statements = statementsOf(schema);

const FILTER: JobFilter = {
  states: ['ready', 'over'],
  jobName: 'JOB',
  channel: 'DEFAULT',
  jobGroup: 'g',
  enqueued: { from: new Date(0), to: new Date(8.64e15) },
  ids: [uuidv7()],
};
const OVER: JobFilter = {
  outcomes: ['failed'],
  finalized: { from: new Date(0) },
  errorIncludes: 'no',
  fingerprint: '01705d3a0d8d',
};

it(
  'any filter and page of jobs is found, or refused',
  async () => {
    const { jobs } = schema.context();
    await statements.insert({ jobGroup: 'g' }, { delaySecs: 60 }, {});
    for (const filter of [FILTER, OVER]) {
      await fuzz('jobs.find', 0.06, optionsLike(...Object.keys(filter)), async (how, tally) => {
        await worksOrIsRefused(tally, () => jobs.find(changed(filter, how)));
      });
    }
    const page = { limit: 2, order: 'oldest', after: (await jobs.find({}, { limit: 1 })).next };
    await fuzz('pages of jobs', 0.06, optionsLike(...Object.keys(page)), async (how, tally) => {
      await worksOrIsRefused(tally, () => jobs.find({}, changed(page, how) as never));
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of a change of jobs work, or are refused and change nothing',
  async () => {
    const context = schema.context();
    const { jobs } = context;
    const events = logEvents(context);
    const options = { reason: 'why', delaySecs: 1, limit: 5, after: undefined };
    const calls = [
      ['jobs.cancel', (which: never, more: never) => jobs.cancel(which, more), ['reason', 'limit', 'after']],
      ['jobs.retry', (which: never, more: never) => jobs.retry(which, more), ['delaySecs', 'limit', 'after']],
      ['jobs.delete', (which: never, more: never) => jobs.delete(which, more), ['limit', 'after']],
      ['jobs.runNow', (which: never, more: never) => jobs.runNow(which, more), ['limit', 'after']],
      ['jobs.setPriority', (which: never, more: never) => jobs.setPriority(which, 1, more), ['limit', 'after']],
    ] as const;
    for (const [name, call, keys] of calls) {
      await fuzz(name, 0.04, optionsLike(...keys), async (how, tally) => {
        await statements.insert({}, { jobGroup: 'g' });
        const given = Object.fromEntries(keys.map((key) => [key, options[key]]));
        await worksOrIsRefused(tally, () => call({ jobName: 'JOB' } as never, changed(given, how) as never));
      });
    }
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  },
  FUZZ_TIMEOUT_MS,
);
