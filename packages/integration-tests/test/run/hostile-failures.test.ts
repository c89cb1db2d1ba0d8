import { describe, expect, it } from '@jest/globals';
import { type FailedJob, JobFailure, JobSnooze } from 'bearmq';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

const bite = (): never => {
  throw new Error('grr');
};
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const biting = (target: object = {}): object =>
  new Proxy(target, { get: bite, has: bite, ownKeys: bite, getPrototypeOf: bite, getOwnPropertyDescriptor: bite });
const withGetters = (object: object, ...names: readonly string[]): object => {
  for (const name of names) Object.defineProperty(object, name, { get: bite });
  return object;
};

class Never extends JobFailure {}

/** What a work function may throw, and how the error that is kept begins; nothing is said of it where that hangs on the engine. */
const THROWN: Readonly<Record<string, readonly [thrown: () => unknown, kept: string]>> = {
  undefined: [() => undefined, 'undefined'],
  null: [() => null, 'null'],
  'a text': [() => 'plain text', 'plain text'],
  'an empty text': [() => '', ''],
  'a symbol': [() => Symbol('s'), 'Symbol(s)'],
  'a bigint': [() => 10n, '10'],
  'a function': [() => bite, '('],
  'a revoked proxy': [revoked, 'a thrown object that cannot be turned into text'],
  'a proxy that throws': [() => biting(), 'a thrown object that cannot be turned into text'],
  'a proxy of a JobFailure that throws': [() => biting(new JobFailure('no')), 'a thrown object that cannot'],
  'a proxy of a JobSnooze that throws': [() => biting(new JobSnooze(5)), 'a thrown object that cannot'],
  'an object without a prototype': [() => Object.create(null), 'a thrown object that cannot be turned into text'],
  'an object whose text throws': [() => ({ toString: bite }), 'a thrown object that cannot be turned into text'],
  'an error that throws when it is looked at': [() => withGetters(new Error('e'), 'message', 'name', 'cause'), ''],
  'a JobFailure of a subclass that throws when it is looked at': [() => withGetters(new Never('n'), 'message'), ''],
  'a JobSnooze whose time throws': [() => withGetters(new JobSnooze(5), 'secs'), 'JobSnooze'],
  'a JobSnooze for a text': [() => Object.assign(new JobSnooze(5), { secs: '5' }), 'JobSnooze'],
  'a promise': [() => Promise.resolve(1), '[object Promise]'],
  'a text that cannot be stored': [() => 'a\0b\ud800c', 'a'],
  'an error without a stack': [() => Object.assign(new Error('bare'), { stack: undefined }), 'Error: bare'],
};

describe('a work function that throws whatever there is', () => {
  it('has failed, its backoff is asked, onFailure tells of it, and its worker goes on', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const names = Object.keys(THROWN);
    const asked: string[] = [];
    const tell = await notedJob<FailedJob<string>>(context, 'TELL');
    const { definition } = await notedJob<string>(
      context,
      'HOSTILE',
      (name) => {
        if (name !== 'works') throw THROWN[name]?.[0]();
      },
      {
        numAttempts: 2,
        onFailure: tell.definition,
        backoff: ({ payload }: { readonly payload: string }) => {
          asked.push(payload);
          return 0;
        },
      },
    );
    daemons.worker(context, { concurrency: 5 });
    await definition.enqueueMany(names.map((payload) => ({ payload })));
    await until('all are told of', () => tell.runs.length === names.length);
    const told = new Map(tell.runs.map(({ payload }) => [payload.payload, payload]));
    for (const name of names) {
      const isGivenUp = name.startsWith('a JobFailure');
      expect([name, told.get(name)?.attempt]).toEqual([name, isGivenUp ? 1 : 2]);
      const kept = THROWN[name]?.[1] ?? '';
      expect([name, told.get(name)?.error.slice(0, kept.length)]).toEqual([name, kept]);
      expect([name, asked.includes(name)]).toEqual([name, !isGivenUp]);
    }
    const jobId = await definition.enqueue('works');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    expect(events.of('DAEMON_ERROR')).toEqual([]);
    expect(events.of('WARNING')).toEqual([]);
  });
});

/** What a backoff function may do that gives no pause. */
const NO_PAUSE: Readonly<Record<string, () => unknown>> = {
  'not a number': () => Number.NaN,
  'less than nothing': () => -1,
  'for ever': () => Number.POSITIVE_INFINITY,
  'more than a hundred years': () => 3_153_600_001,
  'a text': () => '5',
  'another text': () => 'give up',
  nothing: () => undefined,
  null: () => null,
  'a bigint': () => 5n,
  'an object': () => ({ valueOf: () => 5 }),
  'a promise': async () => 5,
  'a promise that rejects': () => Promise.reject(new Error('later')),
  // biome-ignore lint/suspicious/noThenProperty: it is to be taken for a promise
  'a thenable that throws': () => ({ then: bite }),
  'a revoked proxy': revoked,
  'a throw': bite,
  'a throw of nothing': () => {
    throw undefined;
  },
  'a throw of a revoked proxy': () => {
    throw revoked();
  },
};

describe('a backoff function that gives no pause', () => {
  it('is told of in one warning each, and the job waits for its timeoutSecs', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const names = Object.keys(NO_PAUSE);
    for (const name of names) {
      const fails = () => Promise.reject(new Error('no'));
      const { definition } = await notedJob<null>(context, name, fails, {
        numAttempts: 2,
        backoff: NO_PAUSE[name] as never,
      });
      await definition.enqueue();
    }
    daemons.worker(context, { concurrency: 5 });
    await events.waitFor('WORKER_JOB_RUN_ERROR', { count: names.length });
    const waits = await schema.rows(
      `select name, state::text, extract(epoch from run_at - now()) between 200 and 300 as is_pause from {s}.job
       where name = any ($1::text[]) order by name collate "C"`,
      [names],
    );
    expect(waits).toEqual([...names].sort().map((name) => ({ name, state: 'scheduled', is_pause: true })));
    const warned = events.of('WARNING').map(({ message }) => /^the backoff of "(.*)" (failed|gave)/.exec(message)?.[1]);
    expect(warned.sort()).toEqual([...names].sort());
    expect(events.of('DAEMON_ERROR')).toEqual([]);
  });
});

describe('functions that hang past their time', () => {
  it('fill no slots for good, however many: each is told of once by onFailure', async () => {
    const context = schema.context({ abortGraceSecs: 0 });
    const events = logEvents(context);
    const end = gate();
    const tell = await notedJob<FailedJob<number>>(context, 'TELL OF HANGING');
    const hang = await notedJob<number>(context, 'HANGS', () => end.opened, {
      maxRunSecs: 0.1,
      onFailure: tell.definition,
    });
    const worker = daemons.worker(context, { concurrency: 2 });
    const ids = await hang.definition.enqueueMany(Array.from({ length: 11 }, (_, payload) => ({ payload })));
    await until('all are told of', () => tell.runs.length === ids.length);
    expect(tell.runs.map(({ payload }) => payload.jobId).sort()).toEqual([...ids].sort());
    expect(new Set(tell.runs.map(({ payload }) => payload.error.split(':', 1)[0]))).toEqual(
      new Set(['JobTimeoutError']),
    );
    expect(events.of('WORKER_JOB_OVERRUN')).toHaveLength(ids.length);
    expect(events.of('WORKER_JOB_TIMEOUT')).toHaveLength(ids.length);
    await worker.stop({ waitSecs: 0 });
    end.open();
    await events.waitFor('WORKER_JOB_LATE_END', { count: ids.length });
    expect(tell.runs).toHaveLength(ids.length);
  });

  it('in a group hold up that group alone, and stop in time leaves their attempt to the lease', async () => {
    const context = schema.context({ abortGraceSecs: 0 });
    const events = logEvents(context);
    const end = gate();
    const { definition, runs } = await notedJob<number>(
      context,
      'HANGS IN GROUP',
      (n) => (n === 0 ? end.opened : undefined),
      {
        maxRunSecs: 0.1,
        numAttempts: 2,
        jobGroupGenerator: (n) => (n < 5 ? 'hangs' : 'other'),
      },
    );
    const worker = daemons.worker(context, { concurrency: 2 });
    const ids = await definition.enqueueMany([0, 1, 2, 5, 6].map((payload) => ({ payload })));
    await events.waitFor('WORKER_JOB_OVERRUN');
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 2 });
    const { stillRunning } = await worker.stop({ waitSecs: 0 });
    expect(stillRunning.map(({ jobId }) => jobId)).toEqual([ids[0]]);
    expect(runs.map(({ payload }) => payload).sort()).toEqual([0, 5, 6]);
    expect(
      await schema.rows('select payload::text as n from {s}.job where name = $1 order by n', ['HANGS IN GROUP']),
    ).toEqual(['0', '1', '2'].map((n) => ({ n })));
  });
});

describe('a job that puts itself off again and again', () => {
  it('with many of its group behind it lets them pass, in their order, and holds nothing up', async () => {
    const context = schema.context();
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(
      context,
      'SNOOZES IN GROUP',
      (n) => {
        if (n === 0 && runs.length < 60) throw new JobSnooze(0, 'not yet');
      },
      { jobGroupGenerator: () => 'snoozes' },
    );
    await definition.enqueueMany(Array.from({ length: 100 }, (_, payload) => ({ payload })));
    daemons.worker(context, { concurrency: 3 });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 100 });
    const others = runs.map(({ payload }) => payload).filter((n) => n !== 0);
    expect(others).toEqual(Array.from({ length: 99 }, (_, n) => n + 1));
    expect(runs.every(({ metadata }) => metadata.attempt === 1)).toBe(true);
    expect(events.of('WORKER_JOB_SNOOZE').length).toBeLessThan(10);
  });
});
