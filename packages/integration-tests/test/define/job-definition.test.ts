import { rejectionOf, thrownBy } from '@bearmq/test-support';
import { describe, expect, it } from '@jest/globals';
import { DuplicateJobDefinitionError, InvalidOptionError, JobDefinition, type JobDefinitionOptions } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';

const schema = useSchema();
const daemons = useDaemons();

describe('registering', () => {
  it('is idempotent for the same definition, one after the other and at once', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const definition = new JobDefinition({ context, name: 'TWICE', workFunction: () => {} });
    await definition.register();
    await Promise.all([definition.register(), definition.register()]);
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('WORKER_JOB_RUN', jobId)).toHaveLength(1);
  });

  it('refuses a second definition of a name in the same context, and keeps the first', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const ran: string[] = [];
    const first = new JobDefinition({ context, name: 'TAKEN', workFunction: () => ran.push('first') });
    const second = new JobDefinition({ context, name: 'TAKEN', workFunction: () => ran.push('second') });
    await first.register();
    const error = await rejectionOf(second.register());
    expect(error).toBeInstanceOf(DuplicateJobDefinitionError);
    expect(error).toMatchObject({ code: 'BEAR_DUPLICATE_JOB_DEFINITION', jobName: 'TAKEN' });
    daemons.worker(context);
    const jobId = await second.enqueue(); // only registering is refused
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(ran).toEqual(['first']);
  });

  it('lets one of two win that register a name at once', async () => {
    const context = schema.context();
    const make = () => new JobDefinition({ context, name: 'RACE', workFunction: () => {} }).register();
    const results = await Promise.allSettled([make(), make()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses the second before it could change the schedule of the first', async () => {
    const context = schema.context();
    const make = (repeatSecs: number) =>
      new JobDefinition({ context, name: 'REPEATING', repeatSecs, workFunction: () => {} });
    await make(60).register();
    await rejectionOf(make(5).register());
    expect(
      await schema.value(`select (rule ->> 'everySecs')::float8 from {s}.schedule where job_name = 'REPEATING'`),
    ).toBe(60);
  });

  it('allows the name in another context', async () => {
    for (const context of [schema.context(), schema.context()]) {
      await new JobDefinition({ context, name: 'ELSEWHERE', workFunction: () => {} }).register();
    }
  });

  it('can come after the workers: they then start to take its jobs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    daemons.worker(context);
    const definition = new JobDefinition({ context, name: 'LATER', workFunction: () => {} });
    const jobId = await definition.enqueue();
    await definition.register();
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  });
});

describe('the options of a JobDefinition', () => {
  const context = schema.context();
  const make = (options: object) => () =>
    new JobDefinition({ context, name: 'X', workFunction: () => {}, ...options } as JobDefinitionOptions<null>);

  it('keep the name readable', () => {
    expect(make({ name: 'Größe 🐻' })().name).toBe('Größe 🐻');
  });

  it.each([
    ['numAttempt', 'numAttempts'],
    ['timeoutSec', 'timeoutSecs'],
    ['delay_secs', 'delaySecs'],
    ['jobGroupGenrator', 'jobGroupGenerator'],
    ['chanel', 'channel'],
    ['workfunction', 'workFunction'],
    ['repeatsecs', 'repeatSecs'],
  ])('that are misspelled (%s) are answered with the name that was meant', (wrong, meant) => {
    const error = thrownBy(make({ [wrong]: 1 }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect((error as Error).message).toContain(`did you mean "${meant}"?`);
  });

  it.each([
    ['name', undefined],
    ['name', ''],
    ['name', 'a\0b'],
    ['name', 'ü'.repeat(128)],
    ['name', '\ud83d'],
    ['workFunction', 'echo'],
    ['delaySecs', -1],
    ['delaySecs', Number.NaN],
    ['numAttempts', 0],
    ['numAttempts', 2.5],
    ['numAttempts', Number.POSITIVE_INFINITY],
    ['timeoutSecs', -0.5],
    ['timeoutSecs', '5'],
    ['maxRunSecs', 0],
    ['maxRunSecs', Number.NaN],
    ['maxRunSecs', '60'],
    ['channel', ''],
    ['channel', 7],
    ['jobGroupGenerator', 'GROUP'],
    ['repeatSecs', 0],
    ['repeatSecs', '60'],
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['concurrency', '5'],
    ['groupConcurrency', 0],
    ['groupConcurrency', () => 1],
    ['rateLimit', 10],
    ['rateLimit', [10, 1]],
    ['groupRateLimit', null],
  ])('are refused when out of range or of the wrong type (%s: %j)', (option, value) => {
    const error = thrownBy(make({ [option]: value }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: `JobDefinition.${option}` });
  });

  it.each([
    ['max', { max: 0, perSecs: 1 }],
    ['max', { perSecs: 1 }],
    ['max', { max: 1.5, perSecs: 1 }],
    ['perSecs', { max: 1 }],
    ['perSecs', { max: 1, perSecs: 0 }],
    ['perSecs', { max: 1, perSecs: '1' }],
    ['perSec', { max: 1, perSec: 1 }],
  ])('name what is wrong with a rate (%s of %j)', (field, rate) => {
    const error = thrownBy(make({ rateLimit: rate }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option: `JobDefinition.rateLimit.${field}` });
  });

  it('may be as long as 255 bytes for a name and a channel', () => {
    expect(make({ name: 'x'.repeat(255), channel: 'y'.repeat(255) })).not.toThrow();
  });
});
