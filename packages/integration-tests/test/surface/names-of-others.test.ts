import { describe, expect, it } from '@jest/globals';
import { Context, diagnose, JobDefinition, migrate, migrationStatus, Orchestrator, pgDriver, Worker } from 'bearmq';
import pg from 'pg';

const pool = new pg.Pool(); // never connected
const context = new Context({ pool, schema: '_bearmq' });
const workFunction = (): void => {};
const definition = new JobDefinition<null>({ context, name: 'A', workFunction });

const makers: Readonly<Record<string, (options: object) => unknown>> = {
  Context: (options) => new Context({ pool, schema: '_bearmq', ...options }),
  JobDefinition: (options) => new JobDefinition({ context, name: 'A', workFunction, ...options }),
  Worker: (options) => new Worker({ context, ...options }),
  Orchestrator: (options) => new Orchestrator({ context, ...options }),
  enqueue: (options) => definition.enqueue(null, options),
  unique: (options) => new JobDefinition({ context, name: 'A', workFunction, unique: { ...options } as never }),
  rateLimit: (options) => new JobDefinition({ context, name: 'A', workFunction, rateLimit: { ...options } as never }),
  limits: (options) => context.limits.set({ jobGroup: 'G' }, options),
  backoff: (options) => definition.enqueue(null, { backoff: { ...options } as never }),
  'enqueueMany[0]': (options) => definition.enqueueMany([{ ...options }]),
  'JobDefinition.schedules[0]': (options) =>
    new JobDefinition({ context, name: 'A', workFunction, schedules: [{ cron: '0 2 * * *', ...options }] as never }),
  'schedules.set': (options) => context.schedules.set(definition, { key: 'k', cron: '0 2 * * *', ...options } as never),
};

const NAMED: Readonly<Record<string, string>> = {
  backoff: 'enqueue.backoff',
  unique: 'JobDefinition.unique',
  rateLimit: 'JobDefinition.rateLimit',
  limits: 'limits.set',
};

async function saidOf(make: () => unknown): Promise<string> {
  try {
    await make();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}

// A newcomer's options of pg-boss, graphile-worker or BullMQ were answered with the list of all of ours, or with one
// that happened to be spelled alike.
describe("another queue's option is answered with ours:", () => {
  it.each<[string, string, string]>([
    ['JobDefinition', 'retryLimit', 'did you mean "numAttempts"? (it counts all attempts, the first included)'],
    ['JobDefinition', 'max_attempts', 'did you mean "numAttempts"? (it counts all attempts, the first included)'],
    ['enqueue', 'attempts', 'did you mean "numAttempts"? (it counts all attempts, the first included)'],
    ['JobDefinition', 'retryDelay', 'did you mean "timeoutSecs"? (it is one pause, in seconds; backoff has growing'],
    ['JobDefinition', 'retryBackoff', `did you mean "backoff"? (growing pauses are { type: 'exponential', delaySecs,`],
    ['Worker', 'backoff', '"backoff" is an option of JobDefinition and enqueue'],
    ['backoff', 'delay', 'did you mean "delaySecs"? (it is in seconds)'],
    ['backoff', 'maxDelay', 'did you mean "maxSecs"? (it is in seconds)'],
    ['backoff', 'strategy', `did you mean "type"? ('fixed' or 'exponential')`],
    ['enqueue', 'delayMs', 'did you mean "delaySecs" or "timeoutSecs"? (in seconds: before the first attempt, and'],
    ['enqueue', 'startAfter', 'did you mean "runAt" or "delaySecs"? (a Date, or seconds from now)'],
    ['JobDefinition', 'runAt', 'did you mean "delaySecs"? (a Date, or seconds from now)'],
    ['enqueue', 'run_at', 'did you mean "runAt"?'],
    ['enqueueMany[0]', 'delay', 'did you mean "delaySecs"? (it is in seconds)'],
    ['JobDefinition', 'queueName', 'did you mean "channel"?'],
    ['Worker', 'queue', 'did you mean "channels"?'],
    ['enqueue', 'singletonKey', `did you mean "unique"? ({ key, until: 'started' } of a definition, or the key of one`],
    ['enqueue', 'jobId', `did you mean "unique"? ({ key, until: 'started' } of a definition, or the key of one job)`],
    ['JobDefinition', 'deduplication', `did you mean "unique"? ({ key, until: 'started' } of a definition, or the key`],
    ['Worker', 'jobKey', '"unique" is an option of JobDefinition and enqueue'],
    ['unique', 'uniqueFor', 'did you mean "forSecs"?'],
    ['unique', 'period', 'did you mean "forSecs"? (it is in seconds)'],
    ['rateLimit', 'period', 'did you mean "perSecs"? (it is in seconds)'],
    ['JobDefinition', 'period', 'did you mean "unique" or "rateLimit"? (it is in seconds)'],
    ['unique', 'ttl', 'did you mean "forSecs"?'],
    ['unique', 'states', `did you mean "until"? ('started', 'finished' or 'deleted': when the key is free again)`],
    ['unique', 'jobKeyMode', `did you mean "onConflict"? ('skip', 'replace', 'restart' or 'throw')`],
    [
      'JobDefinition',
      'cron',
      `did you mean "schedules"? (as in schedules: [{ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }])`,
    ],
    ['Orchestrator', 'cron', `"schedules" is an option of JobDefinition; as in schedules: [{ cron: '0 2 * * *'`],
    ['JobDefinition', 'repeat', `did you mean "schedules"? (as in schedules: [{ cron: '0 2 * * *' }, { key: 'often',`],
    ['JobDefinition', 'schedule', 'did you mean "schedules"?'],
    ['JobDefinition', 'every', 'did you mean "repeatSecs"? (it is in seconds)'],
    [
      'JobDefinition',
      'tz',
      `did you mean "schedules"? (as in schedules: [{ cron: '0 2 * * *', timeZone: 'Europe/Berlin' }])`,
    ],
    ['enqueue', 'cron', `"schedules" is an option of JobDefinition; as in schedules: [{ cron: '0 2 * * *'`],
    ['JobDefinition.schedules[0]', 'pattern', 'did you mean "cron"? (as in schedules: [{ cron:'],
    ['JobDefinition.schedules[0]', 'tz', 'did you mean "timeZone"? (as in schedules: [{ cron:'],
    ['JobDefinition.schedules[0]', 'every', 'did you mean "everySecs"? (it is in seconds)'],
    ['schedules.set', 'timezone', 'did you mean "timeZone"?'],
    ['schedules.set', 'data', 'did you mean "payload"?'],
    ['JobDefinition', 'numRetries', 'did you mean "numAttempts"? (it counts all attempts, the first included)'],
    ['JobDefinition', 'retryDelaySecs', 'did you mean "timeoutSecs"? (it is one pause, in seconds'],
    ['JobDefinition', 'cronExpression', `did you mean "schedules"? (as in schedules: [{ cron: '0 2 * * *', timeZone:`],
    ['JobDefinition', 'headers', '"headers" is an option of enqueue, and of enqueueMany'],
    ['enqueue', 'traceparent', 'did you mean "headers"? (strings by name, which go with the job)'],
    ['Worker', 'taskList', 'a Worker runs what is registered in its context: await definition.register()'],
    ['Worker', 'pool', '"pool" is an option of Context'],
    ['Worker', 'priority', '"priority" is an option of JobDefinition and enqueue'],
    ['enqueue', 'importance', 'did you mean "priority"? (a number: the higher, the sooner)'],
    ['Worker', 'teamSize', 'did you mean "concurrency"?'],
    ['enqueue', 'concurrency', '"concurrency" is an option of Worker and JobDefinition'],
    [
      'JobDefinition',
      'globalConcurrency',
      'did you mean "concurrency"? (a Worker\'s is its own, a JobDefinition\'s is of',
    ],
    ['JobDefinition', 'teamConcurrency', 'did you mean "concurrency"?'],
    ['JobDefinition', 'limiter', 'did you mean "rateLimit"? ({ max, perSecs }: so many starts in so many seconds'],
    ['JobDefinition', 'throttle', 'did you mean "rateLimit"?'],
    ['JobDefinition', 'localGroupConcurrency', 'did you mean "groupConcurrency"? (how many jobs of a group may run at'],
    ['JobDefinition', 'weight', '"weight" is an option of limits.set for a { jobGroup }'],
    ['Worker', 'groupConcurrency', '"groupConcurrency" is an option of JobDefinition, and of context.limits.set'],
    ['rateLimit', 'duration', 'did you mean "perSecs"? (it is in seconds)'],
    ['limits', 'groupLimit', 'did you mean "groupConcurrency"?'],
    ['Worker', 'limiter', '"rateLimit" is an option of JobDefinition, and of context.limits.set; { max, perSecs }: so'],
    ['Worker', 'pollInterval', '"pollSecs" is an option of Context; it is in seconds'],
    ['Context', 'newJobCheckInterval', 'did you mean "pollSecs"? (it is in seconds)'],
    ['enqueue', 'groupId', 'did you mean "jobGroup"? (of a group one job runs at a time)'],
    ['JobDefinition', 'group', 'did you mean "jobGroupGenerator"? (of a group one job runs at a time)'],
    ['JobDefinition', 'jobGroup', '"jobGroup" is an option of enqueue'],
    [
      'JobDefinition',
      'expireInSeconds',
      'did you mean "maxRunSecs"? (it is in seconds; timeoutSecs is the pause after',
    ],
    [
      'enqueue',
      'visibilityTimeout',
      'did you mean "maxRunSecs"? (it is in seconds; timeoutSecs is the pause after a failed attempt)',
    ],
    ['Worker', 'lockDuration', '"leaseSecs" is an option of Context'],
    ['JobDefinition', 'handler', 'did you mean "workFunction"?'],
    ['Worker', 'processor', '"workFunction" is an option of JobDefinition'],
    ['enqueue', 'data', 'the payload is the first argument of enqueue'],
    ['enqueueMany[0]', 'data', 'did you mean "payload"?'],
    ['enqueue', 'transaction', 'did you mean "tx"? (your open transaction, as fromPg(client) gives it)'],
    ['enqueue', 'client', 'did you mean "tx"?'],
    ['enqueue', 'removeOnComplete', '"jobPostFinalizeDeleteSecs" is an option of Context'],
    ['JobDefinition', 'onComplete', 'outcomes are events: context.addEventHandler('],
    ['JobDefinition', 'deadLetter', 'did you mean "onFailure"? (a JobDefinition; failed jobs are kept for'],
    ['JobDefinition', 'onFailed', 'did you mean "onFailure"? (another JobDefinition; a function takes context.on('],
    ['enqueue', 'onFailure', '"onFailure" is an option of JobDefinition; another JobDefinition'],
    ['Context', 'removeOnFail', 'did you mean "jobPostFailDeleteSecs"? (it is in seconds, for jobs that failed)'],
    ['Context', 'defaultJobOptions', 'did you mean "jobDefaults"?'],
    ['Worker', 'maxStalledCount', '"maxDeaths" is an option of JobDefinition and enqueue'],
    ['JobDefinition', 'workfunction', 'did you mean "workFunction"?'],
    ['JobDefinition', 'channels', 'did you mean "channel"?'],
    ['Worker', 'concurency', 'did you mean "concurrency"?'],
    ['Worker', 'colour', 'it takes context, channels, concurrency'],
  ])('%s.%s', async (owner, key, words) => {
    const said = await saidOf(() => makers[owner]?.({ [key]: 1 }));
    expect(said).toContain(`${NAMED[owner] ?? owner}.${key} is not an option; ${words}`);
    expect(said.length).toBeLessThan(220);
    for (const [, meant = ''] of said.matchAll(/(?:you mean|or) "(\w+)"/g)) {
      expect(await saidOf(() => makers[owner]?.({ [meant]: Symbol('of a wrong type') }))).not.toContain(
        'is not an option',
      );
    }
    const [, elsewhere = '', thing = owner] = /"(\w+)" is an option of (\w+)/.exec(said) ?? [];
    if (elsewhere === '') return;
    expect(await saidOf(() => makers[thing]?.({ [elsewhere]: Symbol('of a wrong type') }))).not.toContain(
      'not an option',
    );
  });
});

describe('a context without a pool', () => {
  const contextOf = (options: unknown) =>
    saidOf(() => new Context(options as ConstructorParameters<typeof Context>[0]));

  it.each(['connectionString', 'db', 'client', 'url', 'connection', 'database_url'])(
    'but with %s is told of one',
    async (key) => {
      const said = await contextOf({ [key]: 'postgres://me:secret@localhost/mine', schema: '_bearmq' });
      expect(said).toContain(`Context.${key} is not an option; did you mean "pool"? (a `);
      expect(said).toContain('new Pool({ connectionString })');
      expect(said).not.toContain('secret');
    },
  );

  it.each([{}, { schema: '_bearmq' }, { pool: undefined, schema: '_bearmq' }, { driver: undefined }])(
    'is told how to make one: %p',
    async (options) => {
      expect(await contextOf(options)).toBe(
        'Context.pool is missing; make one of pg: ' +
          "new Context({ pool: new Pool({ connectionString: process.env.DATABASE_URL }), schema: '_bearmq' })",
      );
    },
  );

  it.each<[string, unknown, string]>([
    ['an address', 'postgres://me:secret@localhost/mine', 'an address is given to one: new Pool({ connectionString })'],
    ['nothing like it', {}, 'as `new Pool()` makes one'],
  ])('is told what a pool is: %s', async (_what, it, remedy) => {
    const said = await contextOf({ pool: it, schema: '_bearmq' });
    expect(said).toMatch(/^Context\.pool must be a Pool of the pg package/);
    expect(said).toContain(remedy);
    expect(said).not.toContain('secret');
  });

  it('and with an option that is like no other is told of all', async () => {
    expect(await contextOf({ pool, schema: '_bearmq', colour: 1 })).toContain('it takes pool, driver, schema, ');
  });
});

describe('what belongs into an object of options', () => {
  it.each<[string, string, () => unknown]>([
    ['Context', 'pool, schema', () => new Context(pool as never)],
    ['pgDriver', 'pool', () => pgDriver(pool as unknown as Parameters<typeof pgDriver>[0])],
    ['Worker', 'context', () => new Worker(context as unknown as ConstructorParameters<typeof Worker>[0])],
    ['Orchestrator', 'context', () => new Orchestrator(context as unknown as { readonly context: Context })],
  ])('is told so where it is given to %s by itself', async (owner, name, make) => {
    const remedy = `${owner} takes an object of options: give it { ${name} }, not the ${name.split(',')[0]} itself`;
    expect(await saidOf(make)).toBe(remedy);
  });

  it.each<[string, (options: { readonly driver: never; readonly schema: string }) => unknown]>([
    ['migrate', migrate],
    ['migrationStatus', migrationStatus],
    ['diagnose', diagnose],
  ])('of %s is a driver, and a pool is told how it becomes one', async (owner, call) => {
    const remedy = `${owner}.pool is not an option; did you mean "driver"? (pgDriver({ pool }) makes a driver of a pool)`;
    expect(await saidOf(() => call({ pool, schema: '_bearmq' } as never))).toBe(remedy);
  });
});
