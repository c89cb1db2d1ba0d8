import { expect, it } from '@jest/globals';
import { Context, JobDefinition, Orchestrator, Worker } from 'bearmq';
import { useSchema } from '../support/database.ts';
import { logEvents } from '../support/events.ts';
import { until } from '../support/until.ts';
import { FUZZ_TIMEOUT_MS, fuzz, worksOrIsRefused } from './support/fuzz.ts';
import { changed, optionsLike } from './support/values.ts';

const schema = useSchema();

/** Has a worker with these options run a job of its channel, and stop. */
async function runOne(context: Context, name: string, options: object): Promise<void> {
  const events = logEvents(context);
  const definition = new JobDefinition({ context, name, workFunction: () => {} });
  const worker = new Worker({ context, ...options } as never);
  try {
    await definition.register();
    const { channels } = options as { channels?: readonly [string] };
    const jobId = await definition.enqueue(null, channels === undefined ? {} : { channel: channels[0] });
    await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
  } finally {
    await worker.stop();
  }
  expect(events.of('DAEMON_ERROR')).toEqual([]);
}

it(
  'any options of a Context work, up to the run of a job, or are refused',
  async () => {
    const pool = schema.newPool();
    const settings = {
      jobPostFinalizeDeleteSecs: 60,
      jobPostFailDeleteSecs: 120,
      maxFinalizedJobs: 1_000,
      jobDefaults: { numAttempts: 2 },
      jobGroupUnlockSecs: 60,
      leaseSecs: 30,
      blockedSecs: 60,
      abortGraceSecs: 1,
      statsSecs: 1,
      pollSecs: 1,
      wakeUp: 'poll',
      release: '1.0',
    };
    const drawn = optionsLike(...Object.keys(settings), 'pool', 'schema', 'driver');
    await fuzz('Context', 0.12, drawn, async (how, tally) => {
      const before = pool.listenerCount('error');
      let isMade = false;
      await worksOrIsRefused(tally, async () => {
        const context = new Context(changed({ pool, schema: schema.name, ...settings }, how));
        isMade = true;
        await runOne(context, 'OF_CONTEXT', {});
      });
      if (!isMade) expect(pool.listenerCount('error')).toBe(before);
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of a Worker work, up to the run of a job, or are refused',
  async () => {
    const context = schema.context({ wakeUp: 'poll' });
    let count = 0;
    await fuzz('Worker', 0.1, optionsLike('context', 'channels', 'concurrency'), async (how, tally) => {
      count += 1;
      await worksOrIsRefused(tally, async () => {
        const options: object = changed({ context, channels: ['A', 'B'], concurrency: 2 }, how);
        await new Worker(options as never).stop();
        await runOne(context, `OF_WORKER_${count}`, options);
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of a stop of a Worker work, or are refused and leave it running',
  async () => {
    const context = schema.context({ wakeUp: 'poll' });
    const events = logEvents(context);
    const definition = new JobDefinition({ context, name: 'OF_STOP', workFunction: () => {} });
    await definition.register();
    await fuzz('Worker.stop', 0.1, optionsLike('waitSecs'), async (how, tally) => {
      const worker = new Worker({ context });
      let isStopped = false;
      await worksOrIsRefused(tally, async () => {
        expect(await worker.stop(changed({ waitSecs: 1 }, how) as never)).toEqual({ stillRunning: [] });
        isStopped = true;
      });
      if (isStopped) return;
      const jobId = await definition.enqueue();
      await events.waitFor('WORKER_JOB_RUN_SUCCESS', { jobId });
      await worker.stop();
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'any options of an Orchestrator work, up to a tick, or are refused',
  async () => {
    let count = 0;
    const drawn = optionsLike('context', 'jobSchedulePollSecs', 'cleanUpPollSecs');
    await fuzz('Orchestrator', 0.1, drawn, async (how, tally) => {
      count += 1;
      const context = schema.context();
      const events = logEvents(context);
      const ticking = { context, name: `TICK_${count}`, repeatSecs: 3_600, workFunction: () => {} };
      await worksOrIsRefused(tally, async () => {
        const right = { context, jobSchedulePollSecs: 5, cleanUpPollSecs: 10 };
        const orchestrator = new Orchestrator(changed(right, how));
        try {
          await new JobDefinition(ticking).register();
          await events.waitFor('ORCHESTRATOR_JOB_SCHEDULE');
        } finally {
          await orchestrator.stop();
        }
        expect(events.of('DAEMON_ERROR')).toEqual([]);
      });
    });
  },
  FUZZ_TIMEOUT_MS,
);

it(
  'what was refused, and what was stopped, has left no lease',
  async () => {
    await until('all leases are gone', async () => (await schema.value('select count(*)::int from {s}.process')) === 0);
  },
  FUZZ_TIMEOUT_MS,
);
