import { expect, it } from '@jest/globals';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';

const schema = useSchema();
const daemons = useDaemons();

const TEN_MILLION = 10_000_000;
const ERROR_LENGTH = 10_000;

function chainOf(depth: number): Error {
  let error = new Error('the first');
  for (let i = 0; i < depth; i += 1) error = new Error(`because of ${i}`, { cause: error });
  return error;
}

function circular(): Error {
  const [one, other] = [new Error('one'), new Error('other')];
  one.cause = other;
  other.cause = one;
  return new AggregateError([one, other], 'both', { cause: one });
}

it.each<[string, () => unknown, string]>([
  ['a message of ten million characters', () => new Error('m'.repeat(TEN_MILLION)), 'Error: mmm'],
  ['a stack of ten million characters', () => Object.assign(new Error(), { stack: 's'.repeat(TEN_MILLION) }), 'sss'],
  ['a text of ten million bears', () => '🐻'.repeat(TEN_MILLION), '🐻🐻'],
  ['a cause that has a cause, ten thousand deep', () => chainOf(10_000), 'Error: because of 9999'],
  ['causes that go round in circles', circular, 'AggregateError: both'],
])(
  'a work function may throw %s: it fails, is tried again, and what is kept has a bound',
  async (what, thrown, start) => {
    const context = schema.context();
    const events = logEvents(context);
    const errors: unknown[] = [];
    const fails = () => {
      errors.push(thrown());
      throw errors.at(-1);
    };
    const { definition } = await notedJob<null>(context, what, fails, { numAttempts: 2, timeoutSecs: 0 });
    daemons.worker(context);
    const jobId = await definition.enqueue();
    await events.waitFor('WORKER_JOB_EXPIRE', { jobId });
    const told = events.of('WORKER_JOB_RUN_ERROR', jobId).map(({ error }) => error);
    expect(told.map((error, i) => Object.is(error, errors[i]))).toEqual([true, true]); // the event has it whole
    const error = String(await schema.value('select error from {s}.finalized_job where id = $1', [jobId]));
    expect(error.slice(0, start.length)).toBe(start);
    expect(error.length).toBeLessThanOrEqual(ERROR_LENGTH);
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  },
);

it('a work function may return anything: its result is not kept, and not looked at', async () => {
  const context = schema.context();
  const events = logEvents(context);
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const results = [cycle, 10n, 'r'.repeat(TEN_MILLION), () => {}, Symbol('s'), Object.create(null), Number.NaN];
  const { definition } = await notedJob<number>(context, 'RESULTS', (n) => results[n]);
  daemons.worker(context, { concurrency: 10 });
  await definition.enqueueMany(results.map((_, payload) => ({ payload })));
  await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: results.length });
  expect(events.of('DAEMON_ERROR')).toEqual([]);
});
