import { thrownBy } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import {
  Context,
  InvalidIdentifierError,
  InvalidOptionError,
  JobDefinition,
  Orchestrator,
  pgDriver,
  Worker,
} from 'bearmq';
import { useSchema } from '../support/database.ts';
import { until } from '../support/until.ts';

describe('the options of a Context', () => {
  const schema = useSchema();
  const make = (options: object) => () =>
    new Context({ pool: schema.pool, schema: schema.name, ...options } as ConstructorParameters<typeof Context>[0]);

  it('are a pool and a schema at least; a driver does in place of the pool', () => {
    expect(new Context({ pool: schema.pool, schema: '_job' }).schema).toBe('_job');
    expect(new Context({ driver: pgDriver({ pool: schema.pool }), schema: 'We"ird schéma' }).schema).toBe(
      'We"ird schéma',
    );
  });

  it('connect to nothing and start nothing by themselves', async () => {
    const pool = schema.newPool();
    new Context({ pool, schema: schema.name });
    await schema.value('select 1');
    expect(pool.totalCount).toBe(0);
  });

  it.each([
    ['jobPostFinalizeDeleteSec', 'jobPostFinalizeDeleteSecs'],
    ['jobgroupunlocksecs', 'jobGroupUnlockSecs'],
    ['wakeup', 'wakeUp'],
    ['leaseSec', 'leaseSecs'],
  ])('that are misspelled (%s) are answered with the name that was meant', (wrong, meant) => {
    const error = thrownBy(make({ [wrong]: 10 }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ code: 'BEAR_INVALID_OPTION', option: `Context.${wrong}` });
    expect((error as Error).message).toContain(`did you mean "${meant}"?`);
  });

  it('that resemble none are answered with the list', () => {
    expect((thrownBy(make({ colour: 'red' })) as Error).message).toMatch(/it takes .*jobGroupUnlockSecs/);
  });

  it.each([
    ['jobPostFinalizeDeleteSecs', -1],
    ['jobPostFinalizeDeleteSecs', '60'],
    ['jobPostFinalizeDeleteSecs', Number.NaN],
    ['jobPostFinalizeDeleteSecs', Number.POSITIVE_INFINITY],
    ['jobPostFailDeleteSecs', -1],
    ['maxFinalizedJobs', 0.5],
    ['maxFinalizedJobs', -1],
    ['jobDefaults', 5],
    ['jobDefaults.numAttempts', 0],
    ['jobDefaults.backoff', () => 5],
    ['jobDefaults.jobGroup', 'a'],
    ['jobGroupUnlockSecs', 0],
    ['jobGroupUnlockSecs', null],
    ['leaseSecs', 2.9],
    ['leaseSecs', 86_401],
    ['blockedSecs', 29],
    ['pollSecs', 0],
    ['pollSecs', 3_601],
    ['wakeUp', 'listen'],
    ['wakeUp', true],
  ])('are refused when out of range or of the wrong type (%s: %j)', (option, value) => {
    const [name = '', part] = option.split('.');
    const error = thrownBy(make({ [name]: part === undefined ? value : { [part]: value } }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: `Context.${option}` });
  });

  it('take undefined for left out', () => {
    expect(make({ leaseSecs: undefined, wakeUp: undefined })).not.toThrow();
    expect(make({ leaseSecs: 86_400 })).not.toThrow();
    expect(make({ leaseSecs: 700, blockedSecs: 700 })).not.toThrow();
  });

  it('must name a schema that PostgreSQL can hold', () => {
    for (const name of ['', 'a\0b', 'ü'.repeat(32)]) {
      expect(thrownBy(make({ schema: name }))).toBeInstanceOf(InvalidIdentifierError);
    }
    expect(make({ schema: 'ü'.repeat(31) })).not.toThrow();
  });

  it.each([
    [undefined, 'is missing: give the name'],
    [null, 'must be the name'],
    [5, 'must be the name'],
  ])('must name a schema: %p does not, and says what to give', (schema, problem) => {
    expect(thrownBy(make({ schema }))).toMatchObject({
      option: 'Context.schema',
      message: `Context.schema ${problem} of the schema that the migrations were applied to, such as '_bearmq'`,
    });
  });

  it('say that the schema is missing where there is none', () => {
    expect(() => new Context({ pool: schema.pool } as never)).toThrow('Context.schema is missing');
  });

  it('must give a way to the database', () => {
    const make = (options: unknown) => () => new Context(options as ConstructorParameters<typeof Context>[0]);
    expect(make({ schema: 'x' })).toThrow(InvalidOptionError);
    expect(make({ schema: 'x', driver: {} })).toThrow(/driver/);
    expect(make({ schema: 'x', pool: {} })).toThrow(/pool/);
    expect(make(null)).toThrow(InvalidOptionError);
    expect(make({ schema: 'x', pool: schema.pool, driver: schema.driver() })).toThrow(/exclude each other/);
  });

  it('leave no listener on the pool when they are refused', async () => {
    const pool = schema.newPool();
    const before = pool.listenerCount('error');
    expect(() => new Context({ pool, schema: 'pg_mine' })).toThrow(InvalidIdentifierError);
    expect(() => new Context({ pool, schema: 'x', leaseSecs: 0 })).toThrow(InvalidOptionError);
    await until('the pool is let go', () => pool.listenerCount('error') === before);
  });
});

describe('the options of what is made from a Context', () => {
  const schema = useSchema();
  const context = schema.context();

  it.each([
    ['concurency', { concurency: 2 }, /did you mean "concurrency"/],
    ['a concurrency of none', { concurrency: 0 }, /whole number/],
    ['half a job at a time', { concurrency: 1.5 }, /whole number/],
    ['no channels', { channels: [] }, /must not be empty/],
    ['a channel without a name', { channels: ['A', ''] }, /\[1\]/],
    ['one channel as a text', { channels: 'A' }, /list/],
  ])('of a Worker are checked: %s', (_what, options, message) => {
    const error = thrownBy(() => new Worker({ context, ...options } as ConstructorParameters<typeof Worker>[0]));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(message);
  });

  it.each([
    ['jobSchedulePollSec', { jobSchedulePollSec: 2 }, /did you mean "jobSchedulePollSecs"/],
    ['polling without a pause', { jobSchedulePollSecs: 0 }, /from 0.1/],
    ['cleaning up never', { cleanUpPollSecs: Number.POSITIVE_INFINITY }, /from 0.1/],
  ])('of an Orchestrator are checked: %s', (_what, options, message) => {
    const error = thrownBy(
      () => new Orchestrator({ context, ...options } as ConstructorParameters<typeof Orchestrator>[0]),
    );
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toMatch(message);
  });

  it('must hold a Context, not something that looks like one', () => {
    const fake = { schema: 'x', addEventHandler: () => () => {} } as unknown as Context;
    expect(() => new Worker({ context: fake })).toThrow(/Worker.context must be a Context/);
    expect(() => new Orchestrator({ context: fake })).toThrow(/Orchestrator.context must be a Context/);
    expect(() => new JobDefinition({ context: fake, name: 'X', workFunction: () => {} })).toThrow(
      /JobDefinition.context must be a Context/,
    );
    expect(() => new Worker(undefined as unknown as { context: Context })).toThrow(InvalidOptionError);
  });
});
