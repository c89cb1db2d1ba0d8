import { startTcpProxy } from '@bearmq/test-database';
import { describe, expect, it, jest } from '@jest/globals';
import { JobDefinition } from 'bearmq';
import { expectWorkThroughCuts } from '../support/cuts.ts';
import { useDaemons } from '../support/daemons.ts';
import { useSchema } from '../support/database.ts';
import { connectionLost, intercepted } from '../support/drivers.ts';
import { logEvents } from '../support/events.ts';
import { notedJob } from '../support/jobs.ts';
import { gate, until } from '../support/until.ts';

const schema = useSchema();
const daemons = useDaemons();

/** A driver whose statements all fail, unsent, while it is `down`. */
function outage() {
  const state = { down: false, refused: 0 };
  const driver = intercepted(schema.driver(), async (_statement, send) => {
    if (!state.down) return await send();
    state.refused += 1;
    throw connectionLost();
  });
  return { driver, state };
}

describe('a database that cannot be reached for a while', () => {
  it('is reported by each daemon with the failures counted, and waited for; nothing is lost', async () => {
    const { driver, state } = outage();
    const context = schema.context({ wakeUp: 'poll', pollSecs: 0.02, leaseSecs: 3 }, { driver });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<number>(context, 'OUTAGE', (n) => n === 0 && finish.opened);
    const producer = new JobDefinition<number>({ context: schema.context(), name: 'OUTAGE', workFunction: () => {} });
    daemons.worker(context, { concurrency: 2 });
    daemons.orchestrator(context, { jobSchedulePollSecs: 0.1, cleanUpPollSecs: 0.1 });
    await definition.enqueue(0);
    await until('it runs', () => runs.length === 1);
    state.down = true;
    finish.open();
    const ids = await Promise.all(Array.from({ length: 10 }, (_, n) => producer.enqueue(n + 1)));
    const failing = ['claimer', 'settler', 'lease-keeper', 'job-pruner'];
    const failures = (daemon: string) =>
      events
        .of('DAEMON_ERROR')
        .filter((event) => event.daemon === daemon)
        .map((event) => event.failures);
    await until('all have failed twice in a row', () => failing.every((daemon) => failures(daemon).includes(2)));
    state.down = false;
    for (const jobId of ids) await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { count: 11 });
    expect(runs).toHaveLength(11);
    expect(runs.every(({ metadata }) => metadata.attempt === 1)).toBe(true);
    expect(failures('claimer').slice(0, 2)).toEqual([1, 2]);
    expect(events.of('DAEMON_ERROR').every(({ error }) => error instanceof Error)).toBe(true);
    expect(events.of('WORKER_JOB_LOSE')).toEqual([]);
  });

  it('is not besieged: the pauses grow', async () => {
    const { driver, state } = outage();
    const context = schema.context({ wakeUp: 'poll', pollSecs: 0.01 }, { driver });
    const events = logEvents(context);
    const { definition } = await notedJob<null>(context, 'PAUSES');
    state.down = true;
    const worker = daemons.worker(context);
    const enqueued = Array.from({ length: 20 }, () => definition.enqueue().catch(() => undefined));
    await Promise.all(enqueued);
    state.refused = 0;
    const start = performance.now();
    await until('both have failed four times in a row', () =>
      ['lease-keeper', 'rescuer'].every((name) =>
        events.of('DAEMON_ERROR').some(({ daemon, failures }) => daemon === name && failures >= 4),
      ),
    );
    // 0.1, 0.2 and 0.4 s, each with jitter down to a half.
    expect(performance.now() - start).toBeGreaterThan(200);
    expect(state.refused).toBeLessThan(20);
    await worker.stop();
    state.down = false;
  });

  it('does not keep a worker from stopping that holds nothing', async () => {
    const { driver, state } = outage();
    const context = schema.context({}, { driver });
    const events = logEvents(context);
    state.down = true;
    const worker = daemons.worker(context);
    const orchestrator = daemons.orchestrator(context);
    await events.waitFor('DAEMON_ERROR');
    await Promise.all([worker.stop(), orchestrator.stop()]);
  });

  it('or that never answers is reported by a worker, which can be stopped', async () => {
    const context = schema.context({}, { driver: schema.newDriver({ url: 'postgres://nobody@127.0.0.1:1/nothing' }) });
    const events = logEvents(context);
    const worker = daemons.worker(context);
    await until('both have failed', () =>
      ['lease-keeper', 'notifier'].every((name) => events.of('DAEMON_ERROR').some(({ daemon }) => daemon === name)),
    );
    await worker.stop();
  });

  it('holds up a stop only until the outcomes are recorded', async () => {
    const { driver, state } = outage();
    const context = schema.context({ wakeUp: 'poll' }, { driver });
    const events = logEvents(context);
    const finish = gate();
    const { definition, runs } = await notedJob<null>(context, 'HELD_UP', () => finish.opened);
    const worker = daemons.worker(context);
    const jobId = await definition.enqueue();
    await until('it runs', () => runs.length === 1);
    state.down = true;
    const stopped = worker.stop();
    finish.open();
    await until('the outcome could not be recorded', () =>
      events.of('DAEMON_ERROR').some(({ daemon }) => daemon === 'settler'),
    );
    expect(events.of('WORKER_JOB_RUN_SUCCESS')).toEqual([]);
    state.down = false;
    await stopped;
    expect(events.of('WORKER_JOB_RUN_SUCCESS', jobId)).toHaveLength(1);
    expect(await schema.value('select outcome::text from {s}.finalized_job where id = $1', [jobId])).toBe('succeeded');
  });

  it('is a warning of the process where no handler listens', async () => {
    const { driver, state } = outage();
    const context = schema.context({ wakeUp: 'poll' }, { driver });
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const said = (daemon: string) => warn.mock.calls.filter(([text]) => String(text).includes(`${daemon} failed`));
    state.down = true;
    const worker = daemons.worker(context);
    await until('it was tried a few times', () => state.refused >= 6);
    await worker.stop();
    // Once for each daemon, not for each failure.
    for (const daemon of ['lease-keeper', 'rescuer']) {
      expect(said(daemon)).toEqual([[expect.stringMatching(/will be tried again: the connection was cut/), 'BearMQ']]);
    }
    warn.mockRestore();
  });
});

describe('connections that are cut', () => {
  // A pooler would give one client's connection to the next, and so to those who are not to be cut. See poolers/ for it.
  const direct = useSchema({ way: 'direct' });

  it('all at once, again and again, lose no job and run none twice that succeeded', async () => {
    const applicationName = 'cut again and again';
    const driver = direct.newDriver({ max: 4, applicationName });
    await expectWorkThroughCuts(direct, daemons, { driver, applicationName });
  });
});

describe('a network that swallows what is sent, without a word', () => {
  it('holds up workers and enqueues no longer than answerTimeoutSecs; nothing is lost', async () => {
    const proxy = await startTcpProxy(schema.url);
    const driver = schema.newDriver({ url: proxy.url, answerTimeoutSecs: 0.5 });
    const context = schema.context({ wakeUp: 'poll', pollSecs: 0.1 }, { driver });
    const events = logEvents(context);
    const { definition, runs } = await notedJob<number>(context, 'SWALLOWED');
    const worker = daemons.worker(context);
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId: await definition.enqueue(0) });
    proxy.freeze();
    const producer = new JobDefinition<number>({
      context: schema.context(),
      name: 'SWALLOWED',
      workFunction: () => {},
    });
    const [mine] = await Promise.allSettled([definition.enqueue(1), producer.enqueue(2)]);
    expect(mine).toMatchObject({ status: 'rejected', reason: { code: 'BEAR_DATABASE', isRetryable: true } });
    // Each connection that the pool had is found out by who uses it next.
    const isThrough = () =>
      definition.enqueue(3).then(
        () => true,
        () => false,
      );
    await until('an enqueue gets through', isThrough);
    const isIdle = async () => (await schema.value('select count(*)::int from {s}.job')) === 0;
    await until('all are finalized', isIdle);
    expect(runs.map(({ payload }) => payload).sort()).toEqual([0, 2, 3]);
    proxy.reset(); // the server has heard of it as well, and those that were not asked for anything are gone
    await until('another gets through', isThrough);
    await until('all are finalized', isIdle);
    await worker.stop();
    await proxy.close();
  });
});
