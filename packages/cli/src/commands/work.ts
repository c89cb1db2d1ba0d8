import type { Readiness, Worker } from '@bearmq/core';
import { usageError } from '../cli-error.ts';
import { type Command, defineCommand } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { isDrained } from '../drained.ts';
import { loggerTo } from '../event-log.ts';
import { EXIT } from '../exit-codes.ts';
import { serveHealth } from '../health-server.ts';
import { loadJobs } from '../jobs-module.ts';
import type { Listening } from '../listening.ts';
import { choice, count, duration, list, text, toggle } from '../options.ts';
import { stopRequests } from '../stop-requests.ts';

/** What is said of readiness before there is a Worker, and as soon as it is to stop. */
const STARTING: Readiness = { isReady: false, reason: 'starting', message: 'its jobs are being registered' };
const STOPPING: Readiness = { isReady: false, reason: 'stopping', message: 'it was told to stop' };

/** How often `--drain` looks whether there is more to do. */
const DRAIN_LOOK_SECS = 0.25;

export const work: Command = defineCommand({
  name: 'work',
  about: 'Runs the jobs of a module that exports a context and job definitions, until it is told to stop.',
  arguments: [{ name: 'module', about: 'the file; else that of the config file', presence: 'optional' }],
  options: {
    concurrency: count('how many jobs run at a time (default: 1)', 1, 10_000),
    channels: list('names', 'take jobs of these only, with commas between them'),
    withoutOrchestrator: toggle('repeating jobs and clean-up are left to other processes'),
    drain: toggle('stop by itself once no job of these is ready or runs'),
    maxTime: duration('stop by itself after so long'),
    grace: duration('how long runs may go on when it is to stop (default: as long as they like)'),
    healthPort: count('serve /live and /ready here, for the probes of a container; 0 for any that is free', 0, 65_535),
    healthHost: text('address', 'with --health-port: the address to listen on (default: all)'),
    log: choice('the events, on standard error (default: pretty)', ['pretty', 'json']),
    level: choice('the least that is logged (default: info)', ['debug', 'info', 'warn', 'error']),
  },
  run: async ({ options, args, global, output, surroundings }) => {
    const {
      concurrency,
      channels,
      withoutOrchestrator,
      drain,
      maxTime,
      grace,
      healthPort,
      healthHost,
      log = 'pretty',
      level = 'info',
    } = options;
    if (healthHost !== undefined && healthPort === undefined)
      throw usageError('--health-host: goes with --health-port');
    const config = await readConfig(surroundings.cwd, global.config);
    if (global.databaseUrl !== undefined)
      throw usageError('--database-url: the module opens its own database: set DATABASE_URL, or what else it reads');
    const { context, definitions, file, core } = await loadJobs(args[0], surroundings.cwd, config);
    if (global.schema !== undefined && global.schema !== context.schema) {
      const [given, its] = [global.schema, context.schema].map((name) => JSON.stringify(name));
      throw usageError(
        `--schema: ${given}: the context of ${file} has the schema ${its}: leave it out, or change it there`,
      );
    }
    const logger = loggerTo(surroundings.stderr, log);
    const requests = stopRequests(surroundings, maxTime);
    const endLog = core.logEvents(context, logger, { level });
    let worker: Worker | undefined;
    let health: Listening | undefined;
    try {
      if (healthPort !== undefined) {
        const readiness = (): Readiness => (requests.isAsked ? STOPPING : (worker?.readiness() ?? STARTING));
        health = await serveHealth({ port: healthPort, host: healthHost, readiness });
        output.note(`serving /live and /ready on port ${health.port}`);
      }
      const registered = (async () => {
        for (const definition of definitions) await definition.register();
      })();
      registered.catch(() => {}); // nobody waits for it any more, perhaps
      await Promise.race([registered, requests.first]);
      if (requests.isAsked) return EXIT.done; // nothing runs yet, and the database may never answer
      worker = new core.Worker({
        context,
        ...(concurrency === undefined ? {} : { concurrency }),
        ...(channels === undefined ? {} : { channels }),
      });
      const orchestrator = withoutOrchestrator ? undefined : new core.Orchestrator({ context });
      output.note(`working on jobs of ${definitions.map(({ name }) => name).join(', ')}, defined in ${file}`);
      if (drain) {
        const names = definitions.map(({ name }) => name);
        while (!(await requests.within(DRAIN_LOOK_SECS)) && !(await isDrained({ context, names, channels })));
      } else await requests.first;
      output.note('stopping: waiting for running jobs to end; a second signal ends at once');
      const stopped = Promise.all([worker.stop(grace === undefined ? {} : { waitSecs: grace }), orchestrator?.stop()]);
      const ended = await Promise.race([stopped, requests.second]);
      if (ended === 'interrupted') return EXIT.interrupted;
      const [{ stillRunning }] = ended;
      for (const { jobId, jobName } of stillRunning) output.note(`still running: ${jobName} ${jobId}`);
      return stillRunning.length > 0 ? EXIT.notInOrder : EXIT.done;
    } finally {
      endLog();
      requests.end();
      health?.close();
    }
  },
});
